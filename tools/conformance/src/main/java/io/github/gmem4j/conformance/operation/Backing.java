package io.github.gmem4j.conformance.operation;

/** What holds the shared bytes where they do not lie in the guest memory (generation C). */
public enum Backing {
  /** A memfd, mapped shared. */
  MEMFD,
  /** Anonymous memory, mapped private. */
  ANON
}
