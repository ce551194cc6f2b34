package io.github.gmem4j.api.memory;

/** The signal that answers a host access which cannot be served. */
public enum Signal {
  /** The page is private, or lies past the end of the memory. */
  SIGBUS,
  /** Nothing is mapped at the address. */
  SIGSEGV
}
