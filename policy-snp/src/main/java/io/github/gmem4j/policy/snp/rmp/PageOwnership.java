package io.github.gmem4j.policy.snp.rmp;

import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.policy.Granting;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.policy.snp.ghcb.PageSize;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * How KVM gives pages to a guest and takes them back. Where the kernel tries for ever, this tries
 * {@link #MAX_TRIES} times; where the kernel frees a page that it could not take back, this says
 * so, and the page is never used again.
 *
 * <p>Contents, in this model: each change of hands turns the bytes into what the other side makes
 * of them, and a page that changes its state and back without a guest's touch in between keeps its
 * bytes, for the RMP never moved. The architecture promises none of it.
 *
 * <p>Sources: Linux 7.3 {@code sev_gmem_make_private}, {@code sev_gmem_make_shared} and {@code
 * sev_gmem_post_populate} of {@code arch/x86/kvm/svm/sev.c}, {@code rmpupdate} of {@code
 * arch/x86/virt/svm/sev.c}.
 */
final class PageOwnership {
  /**
   * How often an instruction is tried that answers "overlap" (RMPUPDATE) or "in use" (PSMASH). An
   * old host kernel had this limit; Linux 7.3 has none.
   */
  static final int MAX_TRIES = 96;

  private final RmpTable rmp;
  private final HostInstructions host;
  private final SnpFirmware firmware;
  private final int asid;

  PageOwnership(RmpTable rmp, HostInstructions host, SnpFirmware firmware, int asid) {
    this.rmp = rmp;
    this.host = host;
    this.firmware = firmware;
    this.asid = asid;
  }

  /**
   * Gives a page to the guest, 4 KiB, not validated.
   *
   * <p>A page that the guest has already stays as it is. One that is assigned to another frame or
   * guest is denied; KVM takes it for its own and maps it, and the guest faults on it for ever.
   */
  Granting give(Gfn gfn, Folio folio) {
    long pfn = folio.pfn();
    if (!rmp.covers(pfn)) {
      return new Granting.Denied("the RMP does not cover " + name(pfn));
    }
    RmpEntry entry = rmp.at(pfn);
    if (entry.assigned()) {
      return isGivenTo(gfn, pfn, entry)
          ? Granting.GRANTED
          : new Granting.Denied(name(pfn) + " is not free for " + gfn + " but is " + entry);
    }
    RmpStatus status = update(pfn, RmpUpdate.toGuest(asid, gfn.value(), PageSize.KIB_4));
    if (status != RmpStatus.SUCCESS) {
      return new Granting.Denied("RMPUPDATE of " + name(pfn) + " answered " + status);
    }
    folio.scramble();
    return Granting.GRANTED;
  }

  private boolean isGivenTo(Gfn gfn, long pfn, RmpEntry entry) {
    long offset = entry.size() == PageSize.MIB_2 ? pfn - RmpTable.base(pfn) : 0;
    return entry.isOf(asid, gfn.value() - offset) && !entry.immutable();
  }

  /**
   * Adds a page to the initial image: the guest finds it validated, with the bytes that were there.
   * If the firmware refuses, the page is the hypervisor's again, bytes and all.
   */
  Granting launch(Gfn gfn, Folio folio) {
    long pfn = folio.pfn();
    if (rmp.at(pfn).assigned()) {
      return new Granting.Denied(name(pfn) + " is assigned already (EEXIST)");
    }
    RmpStatus status = update(pfn, RmpUpdate.toFirmware(asid, gfn.value()));
    if (status != RmpStatus.SUCCESS) {
      return new Granting.Denied("RMPUPDATE of " + name(pfn) + " answered " + status);
    }
    if (firmware.launchUpdate(pfn)) {
      return Granting.GRANTED;
    }
    RmpStatus back = toHypervisor(pfn);
    return new Granting.Denied(
        "SNP_LAUNCH_UPDATE refused " + name(pfn) + "; giving it back answered " + back);
  }

  /**
   * Takes a page back for the hypervisor. A page that is not assigned is left alone.
   *
   * @return why nobody may use the page any more; empty if all is well
   */
  Optional<String> takeBack(Folio folio) {
    long pfn = folio.pfn();
    if (!rmp.at(pfn).assigned()) {
      return Optional.empty();
    }
    if (rmp.at(pfn).size() == PageSize.MIB_2) {
      // One page of a larger entry is asked for at a time; what PSMASH answers shows below.
      smash(pfn);
    }
    RmpStatus status = toHypervisor(pfn);
    if (status != RmpStatus.SUCCESS) {
      return Optional.of("RMPUPDATE of " + name(pfn) + " to shared answered " + status);
    }
    folio.scramble();
    return Optional.empty();
  }

  /** RMPUPDATE; a page that the firmware holds is reclaimed from it first. */
  private RmpStatus toHypervisor(long pfn) {
    RmpUpdate update = RmpUpdate.toHypervisor(PageSize.KIB_4);
    RmpStatus status = update(pfn, update);
    return status == RmpStatus.FAIL_PERMISSION && firmware.pageReclaim(pfn)
        ? update(pfn, update)
        : status;
  }

  /**
   * Breaks up the 2 MiB entry that covers a page.
   *
   * @return whether the page has an entry of 4 KiB now, by whoever made it
   */
  boolean smash(long pfn) {
    tried(() -> host.psmash(RmpTable.base(pfn)), status -> status == RmpStatus.FAIL_INUSE);
    return rmp.at(pfn).size() == PageSize.KIB_4;
  }

  private RmpStatus update(long pfn, RmpUpdate update) {
    return tried(() -> host.rmpupdate(pfn, update), status -> status == RmpStatus.FAIL_OVERLAP);
  }

  private static RmpStatus tried(Supplier<RmpStatus> instruction, Predicate<RmpStatus> again) {
    RmpStatus status = instruction.get();
    for (int tries = 1; tries < MAX_TRIES && again.test(status); tries++) {
      status = instruction.get();
    }
    return status;
  }

  private static String name(long pfn) {
    return "page 0x" + Long.toHexString(pfn);
  }
}
