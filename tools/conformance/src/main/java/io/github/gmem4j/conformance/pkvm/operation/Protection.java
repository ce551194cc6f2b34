package io.github.gmem4j.conformance.pkvm.operation;

/** What a process may do with a mapped page. */
public enum Protection {
  /** Nothing. */
  NONE,
  /** Load. */
  R,
  /** Load and store. */
  RW
}
