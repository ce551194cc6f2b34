package io.github.gmem4j.api.policy;

/**
 * What becomes of a memory slot. Source: Linux {@code include/linux/kvm_host.h}, {@code enum
 * kvm_mr_change}.
 */
public enum SlotChange {
  /** There was none. */
  CREATE,
  /** There is none any more. */
  DELETE,
  /** It lies at other frames. */
  MOVE,
  /** Only its flags are other ones. */
  FLAGS_ONLY
}
