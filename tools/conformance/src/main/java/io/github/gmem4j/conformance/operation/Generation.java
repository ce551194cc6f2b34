package io.github.gmem4j.conformance.operation;

/** The kernel interface a sequence was recorded on. */
public enum Generation {
  /** The state of a page is kept in its guest memory; conversion is in place. */
  B,
  /** The state of a page is kept per VM; private and shared bytes are different pages. */
  C
}
