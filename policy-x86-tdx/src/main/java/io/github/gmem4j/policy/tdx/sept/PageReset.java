package io.github.gmem4j.policy.tdx.sept;

/** What KVM does to a page after its removal, before the host uses it again. */
public enum PageReset {
  /** Nothing: the host finds what decryption without the TD's key yields. */
  NONE,
  /**
   * It writes zeroes in full cache lines, on processors where a partial write to a private line
   * poisons it ({@code X86_BUG_TDX_PW_MCE}: Sapphire Rapids, Emerald Rapids).
   */
  ZERO
}
