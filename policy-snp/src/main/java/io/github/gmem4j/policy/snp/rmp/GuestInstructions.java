package io.github.gmem4j.policy.snp.rmp;

import io.github.gmem4j.api.seam.FaultInjector;
import io.github.gmem4j.policy.snp.ghcb.PageSize;

/**
 * What a guest's processor does with the RMP: PVALIDATE and RMPADJUST, once the nested mapping has
 * led to a physical page. Checks come in the hardware's order: owner, frame, immutable, size, then
 * the instruction's own. Not thread-safe: used under the VM's MMU lock.
 *
 * <p>Source: AMD64 Architecture Programmer's Manual volume 2, 15.36.
 */
public final class GuestInstructions {
  private final RmpTable rmp;
  private final FaultInjector faults;
  private final int asid;

  /**
   * Creates the instructions of one guest.
   *
   * @param rmp the table
   * @param faults who decides whether one fails, see {@link RmpFaults}
   * @param asid the guest
   */
  public GuestInstructions(RmpTable rmp, FaultInjector faults, int asid) {
    this.rmp = rmp;
    this.faults = faults;
    this.asid = asid;
  }

  /** Executes an instruction on a physical page. */
  public GuestCheck execute(SnpInstruction instruction, long pfn) {
    long gfn = instruction.gpa().gfn().value();
    RmpEntry entry = rmp.at(pfn);
    boolean large = entry.size() == PageSize.MIB_2;
    long offset = large ? pfn - RmpTable.base(pfn) : 0;
    if (!entry.isOf(asid, gfn - offset) || entry.immutable()) {
      return GuestCheck.NOT_OWNED;
    }
    if (large && instruction.size() == PageSize.KIB_4) {
      return GuestCheck.TOO_LARGE;
    }
    if (!large && instruction.size() == PageSize.MIB_2) {
      return failed(RmpStatus.FAIL_SIZEMISMATCH);
    }
    return switch (instruction) {
      case SnpInstruction.Pvalidate pvalidate -> pvalidate(pvalidate, pfn, entry);
      case SnpInstruction.Rmpadjust rmpadjust -> rmpadjust(rmpadjust, pfn, entry);
    };
  }

  private GuestCheck pvalidate(SnpInstruction.Pvalidate call, long pfn, RmpEntry entry) {
    if (faults.injects(RmpFaults.PVALIDATE_INPUT, pfn)) {
      return failed(RmpStatus.FAIL_INPUT);
    }
    boolean wanted = call.validation() == Validation.VALIDATE;
    if (entry.validated() == wanted) {
      return new GuestCheck.Finished(SnpInstructionResult.UNCHANGED);
    }
    rmp.put(pfn, entry.withValidated(wanted));
    return new GuestCheck.Finished(SnpInstructionResult.CHANGED);
  }

  private GuestCheck rmpadjust(SnpInstruction.Rmpadjust call, long pfn, RmpEntry entry) {
    if (!VmplPermissions.isLegal(call.permissions())) {
      return failed(RmpStatus.FAIL_INPUT);
    }
    if (call.vmpl() < 1 || call.vmpl() >= VmplPermissions.LEVELS) {
      return failed(RmpStatus.FAIL_PERMISSION);
    }
    rmp.put(
        pfn,
        entry.withVmpl(entry.permissions().with(call.vmpl(), call.permissions()), call.vmsa()));
    return new GuestCheck.Finished(SnpInstructionResult.CHANGED);
  }

  private static GuestCheck failed(RmpStatus status) {
    return new GuestCheck.Finished(SnpInstructionResult.failed(status));
  }
}
