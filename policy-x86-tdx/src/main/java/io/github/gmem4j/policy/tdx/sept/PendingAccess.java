package io.github.gmem4j.policy.tdx.sept;

/**
 * What happens when a guest touches a page that was added and that it has not accepted.
 *
 * <p>Source: TDX module 1.5.01, {@code ATTRIBUTES.SEPT_VE_DISABLE} and {@code
 * TD_CTLS.PENDING_VE_DISABLE}.
 */
public enum PendingAccess {
  /** The TD exits; KVM marks the VM dead. Linux guests insist on this one. */
  TD_EXIT,
  /** The guest takes a virtualization exception (#VE). Linux panics at it. */
  VIRTUALIZATION_EXCEPTION
}
