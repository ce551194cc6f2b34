package io.github.gmem4j.core.tracker;

/** What all pages of a naturally aligned block have in common. */
public enum Uniformity {
  /** Every page of the block is private to the guest. */
  PRIVATE,
  /** Every page of the block is shared with the host. */
  SHARED,
  /** The block holds pages of both kinds. */
  MIXED
}
