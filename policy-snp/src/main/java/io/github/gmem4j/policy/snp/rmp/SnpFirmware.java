package io.github.gmem4j.policy.snp.rmp;

import io.github.gmem4j.api.seam.FaultInjector;

/**
 * The two commands of the security processor that move pages: it may change immutable entries.
 *
 * <p>Source: SEV-SNP firmware ABI (AMD publication 56860), SNP_LAUNCH_UPDATE and SNP_PAGE_RECLAIM.
 */
final class SnpFirmware {
  private final RmpTable rmp;
  private final FaultInjector faults;

  SnpFirmware(RmpTable rmp, FaultInjector faults) {
    this.rmp = rmp;
    this.faults = faults;
  }

  /** Encrypts a page in place and makes it the guest's, validated; tells whether it did. */
  boolean launchUpdate(long pfn) {
    RmpEntry entry = rmp.at(pfn);
    if (!entry.immutable() || faults.injects(RmpFaults.LAUNCH_UPDATE, pfn)) {
      return false;
    }
    rmp.put(pfn, entry.withImmutable(false).withValidated(true));
    return true;
  }

  /** Lets go of a page, so that RMPUPDATE may change its entry; tells whether it did. */
  boolean pageReclaim(long pfn) {
    if (faults.injects(RmpFaults.PAGE_RECLAIM, pfn)) {
      return false;
    }
    RmpEntry entry = rmp.at(pfn);
    if (entry.immutable()) {
      rmp.put(pfn, entry.withImmutable(false));
    }
    return true;
  }
}
