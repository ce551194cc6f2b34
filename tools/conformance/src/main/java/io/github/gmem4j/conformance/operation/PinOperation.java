package io.github.gmem4j.conformance.operation;

import io.github.gmem4j.api.memory.PageRange;

/** References on pages, taken through the host mapping, and their end. */
public sealed interface PinOperation extends Operation {
  /** Takes references. */
  record Take(long id, PinKind kind, int g, PageRange pages) implements PinOperation {}

  /** Releases them; a pipe is read on that occasion. */
  record Release(long id, PinKind kind) implements PinOperation {}
}
