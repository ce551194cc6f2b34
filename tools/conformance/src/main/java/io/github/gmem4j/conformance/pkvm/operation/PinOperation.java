package io.github.gmem4j.conformance.pkvm.operation;

import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.conformance.operation.PinKind;

/** References on pages of the host memory, taken through the VMM's mapping, and their end. */
public sealed interface PinOperation extends PkvmOperation {
  /** Takes references. */
  record Take(long id, PinKind kind, PageRange pages) implements PinOperation {}

  /** Releases them; a pipe is read on that occasion. */
  record Release(long id, PinKind kind) implements PinOperation {}
}
