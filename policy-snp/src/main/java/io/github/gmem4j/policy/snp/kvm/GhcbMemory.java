package io.github.gmem4j.policy.snp.kvm;

/** Where the GHCB pages of a VM are. */
public enum GhcbMemory {
  /**
   * In its guest memory: KVM holds a reference on the page while a call is under way, and answers
   * nothing if the page is missing or private.
   */
  IN_GUEST_MEMORY,
  /** Somewhere else, always shared and never converted: KVM always reaches them. */
  ELSEWHERE
}
