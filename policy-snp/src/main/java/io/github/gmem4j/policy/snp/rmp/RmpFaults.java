package io.github.gmem4j.policy.snp.rmp;

import io.github.gmem4j.api.seam.FaultSite;

/**
 * Where the platform can be made to go wrong. The subject is a page frame number, that of the page
 * the instruction names, unless a site says otherwise.
 */
public final class RmpFaults {
  /** RMPUPDATE answers FAIL_INPUT. */
  public static final FaultSite RMPUPDATE_INPUT = new FaultSite("snp.rmpupdate.input");

  /** RMPUPDATE answers FAIL_PERMISSION, as for a page that the firmware holds. */
  public static final FaultSite RMPUPDATE_PERMISSION = new FaultSite("snp.rmpupdate.permission");

  /** RMPUPDATE answers FAIL_INUSE, as for the VMSA of a vCPU that runs. */
  public static final FaultSite RMPUPDATE_IN_USE = new FaultSite("snp.rmpupdate.in-use");

  /** RMPUPDATE answers FAIL_OVERLAP. */
  public static final FaultSite RMPUPDATE_OVERLAP = new FaultSite("snp.rmpupdate.overlap");

  /** PSMASH answers FAIL_INPUT. */
  public static final FaultSite PSMASH_INPUT = new FaultSite("snp.psmash.input");

  /** PSMASH answers FAIL_INUSE: another processor looks at the entry. */
  public static final FaultSite PSMASH_IN_USE = new FaultSite("snp.psmash.in-use");

  /** PVALIDATE answers FAIL_INPUT. */
  public static final FaultSite PVALIDATE_INPUT = new FaultSite("snp.pvalidate.input");

  /** A guest's access faults because another processor has its RMP entry. */
  public static final FaultSite ACCESS_IN_USE = new FaultSite("snp.access.in-use");

  /** The firmware refuses to add a page to the image (SNP_LAUNCH_UPDATE). */
  public static final FaultSite LAUNCH_UPDATE = new FaultSite("snp.launch-update");

  /** The firmware refuses to give a page back (SNP_PAGE_RECLAIM). */
  public static final FaultSite PAGE_RECLAIM = new FaultSite("snp.page-reclaim");

  private RmpFaults() {}
}
