package io.github.gmem4j.policy.snp.rmp;

import static io.github.gmem4j.policy.snp.rmp.Machine.GFN;
import static io.github.gmem4j.policy.snp.rmp.Machine.PFN;
import static io.github.gmem4j.policy.snp.rmp.Machine.gpa;
import static io.github.gmem4j.policy.snp.rmp.Machine.result;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.guest.PlatformInstruction;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.Execution;
import io.github.gmem4j.api.policy.Granting;
import io.github.gmem4j.api.policy.PrivateAccess;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.policy.snp.ghcb.PageSize;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The instructions with their return codes, and sizes that differ, both ways. Sources: AMD64
 * Architecture Programmer's Manual volume 2, 15.36; Linux 7.3 {@code psmash} of {@code
 * arch/x86/virt/svm/sev.c} and {@code sev_handle_rmp_fault} of {@code arch/x86/kvm/svm/sev.c}.
 */
final class RmpInstructionsTest {
  private static final RmpUpdate SMALL = RmpUpdate.toGuest(1, GFN, PageSize.KIB_4);
  private static final RmpUpdate LARGE = RmpUpdate.toGuest(1, GFN, PageSize.MIB_2);

  private final Machine machine = new Machine();
  private final HostInstructions host = machine.instructions;

  @Test
  void codesAreTheHardwares() {
    assertEquals(
        List.of(0, 1, 2, 3, 4, 6, 7),
        Arrays.stream(RmpStatus.values()).map(RmpStatus::code).toList());
  }

  @Test
  void rmpupdateAssignsAndClearsValidated() {
    machine.validated(GFN, PFN);
    assertTrue(machine.rmp.at(PFN).validated());

    assertEquals(RmpStatus.SUCCESS, host.rmpupdate(PFN, SMALL));

    assertFalse(machine.rmp.at(PFN).validated());
    assertEquals(1, machine.rmp.assignedPages());
    assertEquals(RmpStatus.SUCCESS, host.rmpupdate(PFN, RmpUpdate.toHypervisor(PageSize.KIB_4)));
    assertEquals(RmpEntry.HYPERVISOR, machine.rmp.at(PFN));
    assertEquals(0, machine.rmp.assignedPages());
  }

  @Test
  void rmpupdateOfWhatIsNotAlignedOrNotCoveredIsAWrongInput() {
    HostInstructions few =
        new HostInstructions(new RmpTable(new RmpCoverage(0, 4)), machine.host.faults());

    assertEquals(RmpStatus.FAIL_INPUT, host.rmpupdate(PFN + 1, LARGE));
    assertEquals(
        RmpStatus.FAIL_INPUT, host.rmpupdate(PFN, RmpUpdate.toGuest(1, GFN + 1, PageSize.MIB_2)));
    assertEquals(RmpStatus.FAIL_INPUT, few.rmpupdate(4, SMALL));
    assertEquals(Optional.empty(), few.rmpread(4));
  }

  @Test
  void rmpupdateOfAnImmutableEntryIsNotPermitted() {
    host.rmpupdate(PFN, RmpUpdate.toFirmware(1, GFN));

    assertEquals(RmpStatus.FAIL_PERMISSION, host.rmpupdate(PFN, SMALL));
  }

  @Test
  void sizesThatDifferOverlap() {
    host.rmpupdate(PFN, LARGE);
    assertEquals(RmpStatus.FAIL_OVERLAP, host.rmpupdate(PFN, SMALL));
    assertEquals(RmpStatus.FAIL_OVERLAP, host.rmpupdate(PFN + 7, SMALL));
    assertEquals(RmpStatus.SUCCESS, host.rmpupdate(PFN, LARGE));

    assertEquals(RmpStatus.SUCCESS, host.rmpupdate(PFN, RmpUpdate.toHypervisor(PageSize.MIB_2)));
    host.rmpupdate(PFN + 7, SMALL);
    assertEquals(RmpStatus.FAIL_OVERLAP, host.rmpupdate(PFN, LARGE));
  }

  @Test
  void c27_aPageInUseCannotBeUpdated() {
    machine.host.fail(RmpFaults.RMPUPDATE_IN_USE, 1);

    assertEquals(RmpStatus.FAIL_INUSE, host.rmpupdate(PFN, SMALL));
    assertEquals(RmpEntry.HYPERVISOR, machine.rmp.at(PFN));
  }

  @Test
  void c31_psmashKeeps511NeighboursValid() {
    machine.largeValidated();

    machine.platform.zapPrivate(GfnRange.of(GFN + 9, 1));
    machine.platform.makeShared(new FakeFolio(PFN + 9));

    assertEquals(1, machine.host.asked(RmpFaults.PSMASH_INPUT));
    assertEquals(RmpEntry.HYPERVISOR, machine.rmp.at(PFN + 9));
    for (int page = 0; page < 512; page++) {
      if (page != 9) {
        RmpEntry entry = machine.rmp.at(PFN + page);
        assertTrue(entry.isOf(RmpPlatform.ASID, GFN + page) && entry.validated());
        assertEquals(PageSize.KIB_4, entry.size());
      }
    }
    assertEquals(RmpEntry.HYPERVISOR, machine.rmp.at(PFN + 512));
    assertEquals(PrivateAccess.REACHED, machine.platform.access(new Gfn(GFN)));
  }

  @Test
  void c32_psmashOfWhatIsSmallAlreadyAnswers7AndCountsAsDone() {
    host.rmpupdate(PFN, LARGE);
    assertEquals(RmpStatus.SUCCESS, host.psmash(PFN));

    assertEquals(RmpStatus.FAIL_NOT_SMASHABLE, host.psmash(PFN));
    assertTrue(machine.ownership().smash(PFN + 3));
  }

  @Test
  void aFailedPsmashIsSeenInTheEntry() {
    host.rmpupdate(PFN, LARGE);
    machine.host.fail(RmpFaults.PSMASH_INPUT, 1);

    assertFalse(machine.ownership().smash(PFN + 3));
  }

  @Test
  void psmashNeedsTheFirstPage() {
    host.rmpupdate(PFN, LARGE);

    assertEquals(RmpStatus.FAIL_INPUT, host.psmash(PFN + 1));
    assertEquals(
        RmpStatus.FAIL_INPUT, new Machine(new RmpCoverage(0, PFN)).instructions.psmash(PFN));
    machine.host.fail(RmpFaults.PSMASH_IN_USE, 1);
    assertEquals(RmpStatus.FAIL_INUSE, host.psmash(PFN));
    assertEquals(RmpStatus.SUCCESS, host.psmash(PFN));
  }

  @Test
  void rmpreadTellsWhetherTheRegionHasAnAssignedPage() {
    host.rmpupdate(PFN + 7, SMALL);

    RmpRead neighbour = host.rmpread(PFN).orElseThrow();

    assertEquals(RmpEntry.HYPERVISOR, neighbour.entry());
    assertTrue(neighbour.regionHasAssigned());
    assertFalse(host.rmpread(PFN + 512).orElseThrow().regionHasAssigned());
  }

  @Test
  void c35_aStoreByTheHostToAPrivatePageIsAPageFaultOfTheRmp() {
    host.rmpupdate(PFN, SMALL);

    assertEquals(OptionalInt.of(0x8000_0003), host.storeFault(PFN, PageSize.KIB_4));
    assertEquals(OptionalInt.empty(), host.storeFault(PFN + 1, PageSize.KIB_4));
    assertEquals(OptionalInt.of(0x8000_0003), host.storeFault(PFN + 1, PageSize.MIB_2));
    assertEquals(OptionalInt.empty(), host.storeFault(PFN + 512, PageSize.MIB_2));
  }

  @Test
  void pvalidateSaysWhenItChangedNothing() {
    machine.give(GFN, new FakeFolio(PFN));

    assertEquals(SnpInstructionResult.UNCHANGED, machine.rescind(GFN, PageSize.KIB_4));
    assertEquals(SnpInstructionResult.CHANGED, machine.validate(GFN, PageSize.KIB_4));
    assertEquals(SnpInstructionResult.UNCHANGED, machine.validate(GFN, PageSize.KIB_4));
    assertEquals(SnpInstructionResult.CHANGED, machine.rescind(GFN, PageSize.KIB_4));
  }

  @Test
  void aLargePvalidateOfSmallEntriesMismatches() {
    machine.give(GFN, new FakeFolio(PFN));

    assertEquals(
        SnpInstructionResult.failed(RmpStatus.FAIL_SIZEMISMATCH),
        machine.validate(GFN, PageSize.MIB_2));
    assertFalse(machine.rmp.at(PFN).validated());
  }

  @Test
  void c51_aSmallPvalidateOfALargeEntryIsSmashedAndRunsAgain() {
    machine.largeValidated();

    assertEquals(
        new Execution.NeedsPage(new Gfn(GFN + 1)),
        machine.pvalidate(GFN + 1, PageSize.KIB_4, Validation.RESCIND));
    assertEquals(1, machine.host.asked(RmpFaults.PSMASH_INPUT));
    assertEquals(Granting.GRANTED, machine.give(GFN + 1, new FakeFolio(PFN + 1)));
    assertEquals(SnpInstructionResult.CHANGED, machine.rescind(GFN + 1, PageSize.KIB_4));
    assertFalse(machine.rmp.at(PFN + 1).validated());
    assertTrue(machine.rmp.at(PFN).validated());
    assertEquals(1, machine.host.asked(RmpFaults.PSMASH_INPUT));
  }

  @Test
  @DisplayName("sev_handle_rmp_fault of arch/x86/kvm/svm/sev.c zaps [gfn, gfn + 512)")
  void anAccessThroughASmallMappingSmashesALargeEntryAndZaps512FramesFromItsOwn() {
    machine.largeValidated();
    machine.validated(GFN + 512, PFN + 512);
    machine.validated(GFN + 513, PFN + 513);

    assertEquals(PrivateAccess.REACHED, machine.platform.access(new Gfn(GFN + 1)));
    assertEquals(PageSize.KIB_4, machine.rmp.at(PFN).size());
    assertEquals(PrivateAccess.REACHED, machine.platform.access(new Gfn(GFN)));
    assertEquals(PrivateAccess.NOT_MAPPED, machine.platform.access(new Gfn(GFN + 512)));
    assertEquals(PrivateAccess.REACHED, machine.platform.access(new Gfn(GFN + 513)));
  }

  @Test
  void pvalidateChecksItsInputAndTheMapping() {
    machine.give(GFN, new FakeFolio(PFN));
    machine.host.fail(RmpFaults.PVALIDATE_INPUT, 1);

    assertEquals(
        SnpInstructionResult.failed(RmpStatus.FAIL_INPUT), machine.validate(GFN, PageSize.KIB_4));
    assertEquals(
        SnpInstructionResult.failed(RmpStatus.FAIL_INPUT),
        machine.validate(GFN + 1, PageSize.MIB_2));
    assertEquals(
        new Execution.NeedsPage(new Gfn(GFN + 1)),
        machine.pvalidate(GFN + 1, PageSize.KIB_4, Validation.VALIDATE));
    assertInstanceOf(
        Execution.Excepted.class,
        machine.platform.execute(
            new SnpInstruction.Pvalidate(
                gpa(GFN), Shareability.SHARED, PageSize.KIB_4, Validation.RESCIND)));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 0x1F, SUCCESS",
    "3, 0x01, SUCCESS",
    "2, 0x00, SUCCESS",
    "1, 0x1C, SUCCESS",
    "1, 0x02, FAIL_INPUT",
    "1, 0x20, FAIL_INPUT",
    "0, 0x1F, FAIL_PERMISSION",
    "4, 0x1F, FAIL_PERMISSION"
  })
  void rmpadjustChangesLessPrivilegedLevelsOnly(int vmpl, String permissions, RmpStatus status) {
    machine.validated(GFN, PFN);
    int bits = Integer.decode(permissions);

    assertEquals(
        status,
        result(
                machine.platform.execute(
                    new SnpInstruction.Rmpadjust(gpa(GFN), PageSize.KIB_4, vmpl, bits, true)))
            .status());

    boolean changed = status == RmpStatus.SUCCESS;
    assertEquals(changed, machine.rmp.at(PFN).vmsa());
    if (changed) {
      assertEquals(bits, machine.rmp.at(PFN).permissions().of(vmpl));
      assertEquals(VmplPermissions.ALL, machine.rmp.at(PFN).permissions().of(0));
    }
  }

  @Test
  void theLastPermissionsOfALevelCount() {
    VmplPermissions twice = VmplPermissions.INITIAL.with(3, 0x1F).with(2, 0x1F).with(2, 0x01);

    assertEquals(0x01, twice.of(2));
    assertEquals(0x1F, twice.of(3));
    assertEquals(0, twice.of(1));
  }

  @Test
  void psmashKeepsPermissionsAndRmpupdateResetsThem() {
    machine.largeValidated();
    result(
        machine.platform.execute(
            new SnpInstruction.Rmpadjust(gpa(GFN), PageSize.MIB_2, 2, 3, true)));

    host.psmash(PFN);
    assertEquals(3, machine.rmp.at(PFN + 511).permissions().of(2));
    assertTrue(machine.rmp.at(PFN + 511).vmsa());

    host.rmpupdate(PFN + 511, RmpUpdate.toGuest(1, GFN + 511, PageSize.KIB_4));
    assertEquals(VmplPermissions.INITIAL, machine.rmp.at(PFN + 511).permissions());
    assertFalse(machine.rmp.at(PFN + 511).vmsa());
  }

  @Test
  void otherInstructionsDoNotExist() {
    record Tdcall() implements PlatformInstruction {}

    assertInstanceOf(Execution.Excepted.class, machine.platform.execute(new Tdcall()));
  }

  @Test
  void coverageHasAnOrder() {
    assertThrows(IllegalArgumentException.class, () -> new RmpCoverage(-1, 4));
    assertThrows(IllegalArgumentException.class, () -> new RmpCoverage(5, 4));
    assertFalse(new RmpCoverage(4, 4).covers(4));
  }
}
