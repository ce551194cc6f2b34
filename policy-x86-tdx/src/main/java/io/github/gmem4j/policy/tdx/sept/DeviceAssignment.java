package io.github.gmem4j.policy.tdx.sept;

/** Whether devices may reach the TD's private memory (TDX Connect). */
public enum DeviceAssignment {
  /** They may not: the host can block any page at any time. */
  NONE,
  /** They may: an accepted page is pinned by the TDX module until the guest releases it. */
  TDX_CONNECT
}
