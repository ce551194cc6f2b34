package io.github.gmem4j.conformance.process;

/** How a page is touched when nothing is transferred. */
public enum Touch {
  /** As a load does. */
  READ,
  /** As a store does. */
  WRITE
}
