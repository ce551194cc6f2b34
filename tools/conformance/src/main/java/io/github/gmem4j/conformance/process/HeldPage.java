package io.github.gmem4j.conformance.process;

/** A reference on a physical page, taken through a mapping of the process. */
public interface HeldPage {
  /** Returns the page's first byte, as its holder reads it now: 0 to 255. */
  int firstByte();

  /** Releases the reference. */
  void release();
}
