package io.github.gmem4j.policy.pkvm.el2;

import io.github.gmem4j.api.seam.FaultSite;

/** Where the hypervisor can be made to go wrong. The subject is a guest frame number. */
public final class HypervisorFaults {
  /** The vCPU's cache of pages for page tables is short at a donation or a lending: ENOMEM. */
  public static final FaultSite PAGE_TABLE_CACHE_SHORT =
      new FaultSite("pkvm.donate-guest.page-table-cache-short");

  private HypervisorFaults() {}
}
