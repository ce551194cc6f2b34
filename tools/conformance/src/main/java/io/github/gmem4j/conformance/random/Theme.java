package io.github.gmem4j.conformance.random;

/** What a sequence does more often than others; each sequence has one. */
public enum Theme {
  /** Files: create, fallocate, close. */
  MEMORY,
  /** Slots. */
  SLOTS,
  /** Conversions by the VMM. */
  CONVERSION,
  /** Bytes touched by the host. */
  HOST,
  /** Mappings of the host. */
  MAPPING,
  /** Bytes touched by the guest, and prefaults. */
  GUEST,
  /** Hypercalls of the guest. */
  HYPERCALL,
  /** Pipes and registered buffers. */
  PINS,
  /** Calls that the kernel refuses. */
  ILLEGAL
}
