package io.github.gmem4j.conformance.pkvm.operation;

import io.github.gmem4j.api.memory.PageRange;

/** A change to a part of the VMM's mapping of the host memory, or of the file behind it. */
public sealed interface MappingOperation extends PkvmOperation {
  /** {@code munmap(2)}. */
  record Unmap(PageRange pages) implements MappingOperation {}

  /** {@code mmap(2)} with {@code MAP_FIXED}, readable and writable. */
  record Remap(PageRange pages) implements MappingOperation {}

  /** {@code mprotect(2)}. */
  record Protect(PageRange pages, Protection protection) implements MappingOperation {}

  /** {@code madvise(2)} with {@code MADV_DONTNEED}. */
  record Drop(PageRange pages) implements MappingOperation {}

  /** {@code fallocate(2)} of the memfd: punches a hole. */
  record Punch(PageRange pages) implements MappingOperation {}

  /** Returns the pages of the host memory. */
  PageRange pages();
}
