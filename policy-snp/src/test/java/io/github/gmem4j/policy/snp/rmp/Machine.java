package io.github.gmem4j.policy.snp.rmp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.github.gmem4j.api.policy.Execution;
import io.github.gmem4j.api.policy.Granting;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.policy.snp.ghcb.PageSize;

/** A platform on a fake host, the instructions of its table, and shorthand. */
final class Machine {
  /** A region of 2 MiB: frames 0x200 to 0x3FF on pages 0x400 to 0x5FF. */
  static final long GFN = 0x200;

  static final long PFN = 0x400;

  final FakeHost host = new FakeHost();
  final RmpPlatform platform;
  final RmpTable rmp;
  final HostInstructions instructions;

  Machine() {
    this(RmpCoverage.ALL);
  }

  Machine(RmpCoverage coverage) {
    platform = new RmpPlatform(host, coverage);
    rmp = platform.rmp();
    instructions = new HostInstructions(rmp, host.faults());
    platform.finalizeLaunch();
  }

  /** Returns what KVM does with this table, apart from the platform. */
  PageOwnership ownership() {
    SnpFirmware firmware = new SnpFirmware(rmp, host.faults());
    return new PageOwnership(rmp, instructions, firmware, RmpPlatform.ASID);
  }

  Granting give(long gfn, FakeFolio folio) {
    return platform.makePrivate(new Gfn(gfn), folio);
  }

  /** Gives a page to the guest, which validates it. */
  FakeFolio validated(long gfn, long pfn) {
    FakeFolio folio = new FakeFolio(pfn);
    assertEquals(Granting.GRANTED, give(gfn, folio));
    assertEquals(SnpInstructionResult.CHANGED, validate(gfn, PageSize.KIB_4));
    return folio;
  }

  /** Makes the region one entry of 2 MiB, maps its first two frames, and has it validated. */
  void largeValidated() {
    assertEquals(
        RmpStatus.SUCCESS,
        instructions.rmpupdate(PFN, RmpUpdate.toGuest(RmpPlatform.ASID, GFN, PageSize.MIB_2)));
    give(GFN, new FakeFolio(PFN));
    give(GFN + 1, new FakeFolio(PFN + 1));
    assertEquals(SnpInstructionResult.CHANGED, validate(GFN, PageSize.MIB_2));
  }

  SnpInstructionResult validate(long gfn, PageSize size) {
    return result(pvalidate(gfn, size, Validation.VALIDATE));
  }

  SnpInstructionResult rescind(long gfn, PageSize size) {
    return result(pvalidate(gfn, size, Validation.RESCIND));
  }

  Execution pvalidate(long gfn, PageSize size, Validation validation) {
    return platform.execute(new SnpInstruction.Pvalidate(gpa(gfn), size, validation));
  }

  static SnpInstructionResult result(Execution execution) {
    Execution.Finished finished = assertInstanceOf(Execution.Finished.class, execution);
    return assertInstanceOf(SnpInstructionResult.class, finished.result());
  }

  static Gpa gpa(long gfn) {
    return new Gfn(gfn).gpa();
  }
}
