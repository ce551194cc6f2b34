package io.github.gmem4j.conformance.operation;

/** What {@code madvise(2)} is told. */
public enum Advice {
  /** Drop the page tables. */
  DONTNEED,
  /** Punch the file behind the mapping. */
  REMOVE,
  /** Touch every page as a load does. */
  POPULATE_READ,
  /** Touch every page as a store does. */
  POPULATE_WRITE
}
