package io.github.gmem4j.policy.pkvm.hvc;

/** Which functions EL2 answers for protected VMs, and how wide they are. */
public enum HvcProfile {
  /**
   * Linux 7.3: FEATURES, HYP_MEMINFO, MEM_SHARE and MEM_UNSHARE of one page each. x2 and x3 must be
   * zero.
   */
  MAINLINE(
      FunctionId.FEATURES, FunctionId.HYP_MEMINFO, FunctionId.MEM_SHARE, FunctionId.MEM_UNSHARE),
  /**
   * The Android common kernel, without its MMIO guard: MEM_SHARE and MEM_UNSHARE take a number of
   * granules in x2 and answer in x1 how many are done, HYP_MEMINFO says so in x1, and there is
   * MEM_RELINQUISH.
   */
  ANDROID(
      FunctionId.FEATURES,
      FunctionId.HYP_MEMINFO,
      FunctionId.MEM_SHARE,
      FunctionId.MEM_UNSHARE,
      FunctionId.MEM_RELINQUISH);

  private final long features;

  HvcProfile(FunctionId... functions) {
    long bits = 0;
    for (FunctionId function : functions) {
      bits |= function.featureBit();
    }
    this.features = bits;
  }

  /** Tells whether EL2 answers a function, rather than pass it to the host kernel. */
  public boolean answers(FunctionId function) {
    return (features & function.featureBit()) != 0;
  }

  /** Tells whether MEM_SHARE and MEM_UNSHARE take a number of granules. */
  public boolean hasRanges() {
    return this == ANDROID;
  }

  /** Returns what FEATURES answers in x0; x1 to x3 are zero. */
  public long features() {
    return features;
  }
}
