package io.github.gmem4j.api.memory;

/** What kind of reference somebody holds on a page. */
public enum ReferenceKind {
  /** A plain reference, as a pipe, direct I/O or zero-copy holds: expected to go by itself. */
  SHORT_TERM,
  /** A long-term pin, as an IOMMU mapping or a registered buffer: stays until its owner lets go. */
  LONG_TERM,
  /** A speculative look-up inside the kernel: gone within microseconds, owned by nobody. */
  TRANSIENT;

  /** Returns who usually reads and writes through such a reference. */
  public Accessor usualAccessor() {
    return switch (this) {
      case LONG_TERM -> Accessor.DEVICE;
      case SHORT_TERM, TRANSIENT -> Accessor.CPU;
    };
  }
}
