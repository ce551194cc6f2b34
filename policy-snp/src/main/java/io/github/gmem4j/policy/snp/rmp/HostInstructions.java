package io.github.gmem4j.policy.snp.rmp;

import io.github.gmem4j.api.seam.FaultInjector;
import io.github.gmem4j.policy.snp.ghcb.PageSize;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the hypervisor's processor does with the RMP: RMPUPDATE, PSMASH, RMPREAD, and the check of a
 * store. Not thread-safe: used under the VM's MMU lock.
 *
 * <p>Source: AMD64 Architecture Programmer's Manual volume 2, 15.36.
 */
public final class HostInstructions {
  /** A page fault's error code: kernel, write, present, refused by the RMP. */
  public static final int RMP_WRITE_FAULT = 0x8000_0003;

  private final RmpTable rmp;
  private final FaultInjector faults;

  /**
   * Creates the instructions for a table.
   *
   * @param rmp the table
   * @param faults who decides whether one fails, see {@link RmpFaults}
   */
  public HostInstructions(RmpTable rmp, FaultInjector faults) {
    this.rmp = rmp;
    this.faults = faults;
  }

  /** RMPUPDATE: gives a page another owner. Clears Validated, VMSA and the permissions. */
  public RmpStatus rmpupdate(long pfn, RmpUpdate update) {
    Optional<RmpStatus> failure = failureOf(pfn, update);
    if (failure.isPresent()) {
      return failure.get();
    }
    rmp.put(pfn, update.assigned() ? update.entry() : RmpEntry.HYPERVISOR);
    return RmpStatus.SUCCESS;
  }

  private Optional<RmpStatus> failureOf(long pfn, RmpUpdate update) {
    boolean fits = update.size().isAligned(pfn) && update.size().isAligned(update.gfn());
    if (!rmp.covers(pfn) || !fits || faults.injects(RmpFaults.RMPUPDATE_INPUT, pfn)) {
      return Optional.of(RmpStatus.FAIL_INPUT);
    }
    if (rmp.at(pfn).immutable() || faults.injects(RmpFaults.RMPUPDATE_PERMISSION, pfn)) {
      return Optional.of(RmpStatus.FAIL_PERMISSION);
    }
    if (faults.injects(RmpFaults.RMPUPDATE_IN_USE, pfn)) {
      return Optional.of(RmpStatus.FAIL_INUSE);
    }
    boolean overlaps =
        switch (update.size()) {
          case KIB_4 -> rmp.region(pfn).isPresent();
          case MIB_2 -> rmp.region(pfn).isEmpty() && rmp.hasAssignedIn(pfn);
        };
    return overlaps || faults.injects(RmpFaults.RMPUPDATE_OVERLAP, pfn)
        ? Optional.of(RmpStatus.FAIL_OVERLAP)
        : Optional.empty();
  }

  /** PSMASH: breaks a 2 MiB entry up into 512, which keep everything, Validated included. */
  public RmpStatus psmash(long pfn) {
    if (!rmp.covers(pfn)
        || !PageSize.MIB_2.isAligned(pfn)
        || faults.injects(RmpFaults.PSMASH_INPUT, pfn)) {
      return RmpStatus.FAIL_INPUT;
    }
    if (faults.injects(RmpFaults.PSMASH_IN_USE, pfn)) {
      return RmpStatus.FAIL_INUSE;
    }
    Optional<RmpEntry> large = rmp.region(pfn);
    if (large.isEmpty()) {
      return RmpStatus.FAIL_NOT_SMASHABLE;
    }
    for (int page = 0; page < PageSize.MIB_2.pages(); page++) {
      rmp.put(pfn + page, large.get().part(page));
    }
    return RmpStatus.SUCCESS;
  }

  /** RMPREAD: looks at an entry; empty (FAIL_INPUT) for a page that has none. */
  public Optional<RmpRead> rmpread(long pfn) {
    return rmp.covers(pfn)
        ? Optional.of(new RmpRead(rmp.at(pfn), rmp.hasAssignedIn(pfn)))
        : Optional.empty();
  }

  /**
   * Returns the error code of the page fault that a store by the host, through a page table entry
   * of some size, takes at a page; empty if it reaches the page. One assigned page makes every
   * larger mapping over it unusable for stores. Loads are never checked: they yield ciphertext.
   */
  public OptionalInt storeFault(long pfn, PageSize mapping) {
    boolean refused =
        switch (mapping) {
          case KIB_4 -> rmp.at(pfn).assigned();
          case MIB_2 -> rmp.hasAssignedIn(pfn);
        };
    return refused ? OptionalInt.of(RMP_WRITE_FAULT) : OptionalInt.empty();
  }
}
