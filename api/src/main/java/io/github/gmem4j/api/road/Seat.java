package io.github.gmem4j.api.road;

/** Who does what: the columns of a timeline. */
public enum Seat {
  /** The guest. */
  GUEST,
  /** The kernel inside {@code run()}. */
  KVM,
  /** Userspace between two {@code run()} calls. */
  VMM,
  /** The guest memory. */
  MEMORY
}
