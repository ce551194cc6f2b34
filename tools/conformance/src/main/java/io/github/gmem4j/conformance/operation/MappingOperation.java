package io.github.gmem4j.conformance.operation;

import io.github.gmem4j.api.memory.PageRange;

/** A change to a part of the recorder's own host mapping of a guest memory. */
public sealed interface MappingOperation extends Operation {
  /** {@code munmap(2)}. */
  record Unmap(int g, PageRange pages) implements MappingOperation {}

  /** {@code mmap(2)} with {@code MAP_FIXED}. */
  record Remap(int g, PageRange pages) implements MappingOperation {}

  /** {@code madvise(2)}. */
  record Advise(int g, PageRange pages, Advice advice) implements MappingOperation {}

  /** {@code mlock(2)}. */
  record Lock(int g, PageRange pages) implements MappingOperation {}

  /** {@code munlock(2)}. */
  record Unlock(int g, PageRange pages) implements MappingOperation {}

  /** Returns the number of the guest memory. */
  int g();

  /** Returns the pages of the mapping. */
  PageRange pages();
}
