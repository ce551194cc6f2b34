package io.github.gmem4j.benchmarks.tracker;

import java.util.Locale;

/** The workloads that are timed, by the name of their benchmark method. */
enum Workload {
  LOOKUP_FEW("lookupFew", false),
  LOOKUP_FEW_DEP("lookupFewDep", false),
  LOOKUP_FRAG("lookupFrag", true),
  LOOKUP_FRAG_DEP("lookupFragDep", true),
  CONVERT4K_SPARSE("convert4kSparse", false),
  CONVERT4K_DENSE("convert4kDense", true),
  CONVERT2M("convert2m", false),
  COLLAPSE2M("collapse2m", true),
  UNIFORM2M_FEW("uniform2mFew", false),
  UNIFORM1G_FEW("uniform1gFew", false),
  UNIFORM2M_ALLPRIV("uniform2mAllpriv", false),
  UNIFORM1G_ALLPRIV("uniform1gAllpriv", false),
  BOOT_TOTAL("bootTotal", false),
  BOOT_AFTER_SWEEP("bootAfterSweep", false),
  FRAGMENT_FILL("fragmentFill", false);

  private final String method;
  private final boolean alternating;

  Workload(String method, boolean alternating) {
    this.method = method;
    this.alternating = alternating;
  }

  /** The benchmark method's name. */
  String method() {
    return method;
  }

  /** The name in results, as in {@code lookup-few-dep}. */
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  boolean runsOn(Implementation implementation, GuestSize size) {
    return !alternating || implementation.canAlternate(size);
  }

  /** Whether processor time tells; it does not where maps are made anew between invocations. */
  boolean usesCpuTime() {
    return switch (this) {
      case COLLAPSE2M, BOOT_TOTAL, BOOT_AFTER_SWEEP, FRAGMENT_FILL -> false;
      default -> true;
    };
  }
}
