package io.github.gmem4j.conformance.operation;

/** Who takes references on pages. */
public enum PinKind {
  /** A pipe: plain references on as many pages as can be touched. */
  VMSPLICE,
  /** A registered buffer: long-term pins on all pages or none. */
  IOURING
}
