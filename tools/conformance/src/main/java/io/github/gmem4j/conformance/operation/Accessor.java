package io.github.gmem4j.conformance.operation;

/** Who loads or stores a byte on the host, and through which mapping. */
public enum Accessor {
  /** The recorder, through the host mapping. */
  PARENT,
  /** The kernel on the recorder's behalf, through the host mapping. */
  KERNEL,
  /** The forked child, through the mapping it inherited. */
  CHILD,
  /** The recorder, through a mapping of the guest memory itself (generation C). */
  PARENT_IN_GUEST_MEMORY
}
