package io.github.gmem4j.policy.snp.guest;

import static io.github.gmem4j.api.memory.Shareability.PRIVATE;
import static io.github.gmem4j.api.memory.Shareability.SHARED;
import static io.github.gmem4j.policy.snp.rmp.SnpInstructionResult.CHANGED;
import static io.github.gmem4j.policy.snp.rmp.SnpInstructionResult.UNCHANGED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.api.policy.GuestMove;
import io.github.gmem4j.api.policy.Substitute;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.policy.snp.ghcb.ExitInfo;
import io.github.gmem4j.policy.snp.ghcb.GhcbMsr;
import io.github.gmem4j.policy.snp.ghcb.PageSize;
import io.github.gmem4j.policy.snp.ghcb.PscBuffer;
import io.github.gmem4j.policy.snp.ghcb.PscEntry;
import io.github.gmem4j.policy.snp.ghcb.PscHeader;
import io.github.gmem4j.policy.snp.ghcb.PscOperation;
import io.github.gmem4j.policy.snp.ghcb.VmgExit;
import io.github.gmem4j.policy.snp.ghcb.VmgExitResult;
import io.github.gmem4j.policy.snp.rmp.PageTableChange;
import io.github.gmem4j.policy.snp.rmp.RmpStatus;
import io.github.gmem4j.policy.snp.rmp.SnpInstruction;
import io.github.gmem4j.policy.snp.rmp.SnpInstructionResult;
import io.github.gmem4j.policy.snp.rmp.Validation;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Edge cases 47 to 55 as the guest sees them, and the order of its moves. Where a test names no
 * source it is Linux 7.3 {@code __set_pages_state}, {@code vmgexit_psc} and {@code pval_pages} of
 * {@code arch/x86/coco/sev/core.c}, without a GHCB {@code __page_state_change} of {@code
 * arch/x86/boot/startup/sev-shared.c}.
 */
final class PscGuestTest {
  private static GuestScript linux(long gfn, long pages, Shareability target) {
    return new GuestScript(Habits.LINUX, gfn, pages, target);
  }

  private static SnpInstruction pvalidate(long gfn, PageSize size, Validation validation) {
    return new SnpInstruction.Pvalidate(new Gfn(gfn).gpa(), size, validation);
  }

  @Test
  void toPrivateItAsksAndThenValidatesPageByPage() {
    GuestScript guest = linux(5, 2, PRIVATE);

    assertEquals(
        PscBuffer.request(
            List.of(
                PscEntry.of(PscOperation.PRIVATE, PageSize.KIB_4, 5),
                PscEntry.of(PscOperation.PRIVATE, PageSize.KIB_4, 6))),
        guest.buffer());
    guest.succeeds();
    assertEquals(pvalidate(5, PageSize.KIB_4, Validation.VALIDATE), guest.instruction());
    guest.yields(CHANGED);
    assertEquals(pvalidate(6, PageSize.KIB_4, Validation.VALIDATE), guest.instruction());
    guest.yields(CHANGED).assertDone();
  }

  @Test
  void toSharedItRescindsAndThenAsks() {
    GuestScript guest = linux(5, 2, SHARED);

    assertEquals(pvalidate(5, PageSize.KIB_4, Validation.RESCIND), guest.instruction());
    guest.yields(CHANGED);
    assertEquals(pvalidate(6, PageSize.KIB_4, Validation.RESCIND), guest.instruction());
    guest.yields(CHANGED);
    assertEquals(PscOperation.SHARED, guest.buffer().entry(1).operation());
    guest.succeeds().assertDone();
  }

  @Test
  void aRequestIsWellFormed() {
    GuestScript guest = linux(5, 1, PRIVATE);

    assertEquals(0x7800, guest.ghcb().scratch().value());
    assertEquals(0, guest.ghcb().usage());
    assertEquals(0x8000_0010L, guest.ghcb().exitCode());
    assertEquals(ExitInfo.NONE, guest.ghcb().exitInfo());
    assertEquals(4, guest.ghcb().valid().size());
  }

  @ParameterizedTest
  @CsvSource({
    "LINUX, 64",
    "LINUX_WITHOUT_GHCB, 1",
    "OVMF, 253",
    "COCONUT, 253",
  })
  void guestsDifferInHowMuchTheyAskForAtOnce(Habits habits, int entries) {
    PscChunk first = PscChunk.firstOf(SHARED, GfnRange.of(1, 300), habits);

    assertEquals(entries, first.entries().size());
    assertEquals(1 + entries, first.next());
  }

  @Test
  void largeEntriesAreUsedWhereTheyFit() {
    PscChunk chunk = PscChunk.firstOf(PRIVATE, GfnRange.of(0x1FF, 0x402), Habits.LINUX);

    assertEquals(
        List.of(0x1FFL, 0x200L, 0x400L, 0x600L),
        chunk.entries().stream().map(entry -> entry.gfn().value()).toList());
    assertEquals(
        List.of(PageSize.KIB_4, PageSize.MIB_2, PageSize.MIB_2, PageSize.KIB_4),
        chunk.entries().stream().map(PscEntry::size).toList());
  }

  @Test
  void c33_aLargeEntryWithSmallRmpEntriesIsValidated512Times() {
    GuestScript guest = linux(0x200, 512, PRIVATE).succeeds();
    assertEquals(pvalidate(0x200, PageSize.MIB_2, Validation.VALIDATE), guest.instruction());

    guest.yields(SnpInstructionResult.failed(RmpStatus.FAIL_SIZEMISMATCH));

    for (int page = 0; page < 512; page++) {
      assertEquals(
          pvalidate(0x200 + page, PageSize.KIB_4, Validation.VALIDATE), guest.instruction());
      guest.yields(CHANGED);
    }
    guest.assertDone();
  }

  @Test
  void aMismatchAtTheSmallestSizeIsAFailure() {
    linux(5, 1, PRIVATE)
        .succeeds()
        .yields(SnpInstructionResult.failed(RmpStatus.FAIL_SIZEMISMATCH))
        .assertTerminates(GhcbMsr.LINUX_PVALIDATE_FAILED);
  }

  @Test
  void onlyASizeMismatchMakesItTrySmallerPages() {
    linux(0x200, 512, PRIVATE)
        .succeeds()
        .yields(SnpInstructionResult.failed(RmpStatus.FAIL_INPUT))
        .assertTerminates(GhcbMsr.LINUX_PVALIDATE_FAILED);
  }

  @Test
  void c47_aPvalidateThatChangesNothingEndsTheGuest() {
    linux(5, 1, PRIVATE).succeeds().yields(UNCHANGED).assertTerminates(new GhcbMsr(0x21100));
    new GuestScript(Habits.OVMF, 5, 1, PRIVATE)
        .succeeds()
        .yields(UNCHANGED)
        .assertTerminates(GhcbMsr.GENERAL_FAILURE);
    new GuestScript(Habits.COCONUT, 5, 1, PRIVATE).succeeds().yields(UNCHANGED).assertGivesUp();
  }

  @Test
  void c49_anyErrorEndsALinuxGuest() {
    for (ExitInfo info :
        new ExitInfo[] {
          ExitInfo.FAILED, ExitInfo.INVALID_ENTRY, new ExitInfo(1, 0), new ExitInfo(2, 5)
        }) {
      GuestScript guest = linux(5, 1, PRIVATE);
      guest.answers(info, guest.buffer()).assertTerminates(new GhcbMsr(0x11100));
    }
  }

  @Test
  @DisplayName("sev_es_terminate of arch/x86/boot/startup/sev-shared.c halts in a loop")
  void aTerminatedGuestThatIsResumedHaltsForGood() {
    GuestScript guest = linux(5, 1, PRIVATE);
    guest.answers(ExitInfo.FAILED, guest.buffer()).responds(GhcbMsr.DONE);
    assertEquals(GuestMove.HALT, guest.move());
  }

  @Test
  void anEarlyAnswerMakesItAskAgainWithTheSameBuffer() {
    GuestScript guest = linux(0, 3, PRIVATE);
    PscBuffer oneDone = guest.buffer().completed(0, 1);

    guest.answers(ExitInfo.NONE, oneDone);

    assertEquals(oneDone, guest.buffer());
    guest.succeeds().yields(CHANGED).yields(CHANGED).yields(CHANGED).assertDone();
  }

  @ParameterizedTest
  @EnumSource(
      value = Habits.class,
      names = {"LINUX", "OVMF"})
  void c54_anAnswerWithoutProgressIsRepeatedABoundedNumberOfTimes(Habits habits) {
    GuestScript guest = new GuestScript(habits, 0, 2, PRIVATE);

    for (int round = 1; round < PscGuest.ROUNDS_WITHOUT_PROGRESS; round++) {
      guest.answers(ExitInfo.NONE, guest.buffer());
      assertInstanceOf(GuestMove.Call.class, guest.move());
    }
    guest.answers(ExitInfo.NONE, guest.buffer()).assertGivesUp();
  }

  @Test
  void progressInsideALargeEntryIsProgress() {
    GuestScript guest = linux(0x200, 512, PRIVATE);

    for (int page = 1; page <= 40; page++) {
      PscEntry entry = guest.buffer().entry(0).withCurrentPage(page);
      guest.answers(ExitInfo.NONE, new PscBuffer(guest.buffer().header(), List.of(entry)));
    }

    assertEquals(40, guest.buffer().entry(0).currentPage());
  }

  @Test
  void progressFromEntryToEntryIsProgress() {
    GuestScript guest = linux(0, 64, PRIVATE);

    for (int done = 1; done <= 40; done++) {
      guest.answers(ExitInfo.NONE, guest.buffer().completed(0, done));
    }

    assertEquals(40, guest.buffer().header().currentEntry());
  }

  @Test
  void goingToAndFroIsNoProgress() {
    GuestScript guest = linux(0, 3, PRIVATE);
    int rounds = 0;

    while (guest.move() instanceof GuestMove.Call && rounds < 100) {
      guest.answers(ExitInfo.NONE, guest.buffer().at(rounds % 2));
      rounds++;
    }

    guest.assertGivesUp();
  }

  @Test
  void c55_anEntryBelowTheStartEndsALinuxGuest() {
    PscHeader start = new PscHeader(2, 5, 0);
    PscBuffer buffer = new PscBuffer(new PscHeader(1, 5, 0), List.of());

    assertEquals(
        new Verdict.Terminate(GhcbMsr.LINUX_PSC_FAILED),
        Habits.LINUX.read(start, new VmgExitResult.Event(ExitInfo.NONE, buffer)));
    assertEquals(
        new Verdict.Again(buffer),
        Habits.OVMF.read(start, new VmgExitResult.Event(ExitInfo.NONE, buffer)));
  }

  @Test
  void aTamperedHeaderEndsALinuxGuest() {
    for (PscHeader lie : new PscHeader[] {new PscHeader(1, 2, 0), new PscHeader(1, 1, 1)}) {
      GuestScript guest = linux(0, 2, PRIVATE);

      guest
          .answers(ExitInfo.NONE, new PscBuffer(lie, guest.buffer().entries()))
          .assertTerminates(GhcbMsr.LINUX_PSC_FAILED);
    }
  }

  @Test
  void c61_coconutDoesNotNoticeThatItWasRefused() {
    GuestScript guest = new GuestScript(Habits.COCONUT, 5, 1, SHARED).yields(CHANGED);

    guest.answers(ExitInfo.FAILED, guest.buffer()).assertDone();

    GuestScript told = new GuestScript(Habits.COCONUT, 5, 1, PRIVATE);
    told.answers(new ExitInfo(2, 1), told.buffer()).assertGivesUp();
  }

  @Test
  @DisplayName("verify_exception_info of arch/x86/coco/sev/vc-shared.c looks at 32 bits")
  void linuxLooksAtTheLowerHalfOfTheFirstWord() {
    GuestScript guest = linux(5, 1, PRIVATE);
    guest.answers(new ExitInfo(1L << 32, 0), guest.buffer().completed(0, 1));
    assertEquals(pvalidate(5, PageSize.KIB_4, Validation.VALIDATE), guest.instruction());
  }

  @Test
  @DisplayName("vmgexit of COCONUT's kernel/src/sev/ghcb.rs looks at all of the first word")
  void coconutLooksAtAllOfTheFirstWord() {
    GuestScript guest = new GuestScript(Habits.COCONUT, 5, 1, PRIVATE);
    guest.answers(new ExitInfo(1L << 32, 0), guest.buffer().completed(0, 1)).assertGivesUp();
  }

  @Test
  @DisplayName("PageStateChangeVmgExit of EDK2, OvmfPkg: status or EXITINFO2 not 0 ends the guest")
  void ovmfEndsItselfAtEitherWord() {
    for (ExitInfo info :
        new ExitInfo[] {ExitInfo.FAILED, ExitInfo.INVALID_HEADER, new ExitInfo(2, 1)}) {
      for (Shareability target : Shareability.values()) {
        GuestScript guest = new GuestScript(Habits.OVMF, 5, 1, target);
        if (target == SHARED) {
          guest.yields(CHANGED);
        }
        guest.answers(info, guest.buffer()).assertTerminates(new GhcbMsr(0x100));
      }
    }
  }

  @Test
  @DisplayName("SetMemoryEncDec of EDK2, OvmfPkg, asks without large entries")
  void ovmfAsksForSmallPagesOnly() {
    PscChunk chunk = PscChunk.firstOf(PRIVATE, GfnRange.of(0x200, 512), Habits.OVMF);

    assertEquals(253, chunk.entries().size());
    assertEquals(PageSize.KIB_4, chunk.entries().getFirst().size());
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("__set_memory_enc_pgtable, arch/x86/mm/pat/set_memory.c: when the bit changes")
  void theBitIsSetBeforeTheFirstCallAndClearedAfterTheLast(Habits habits) {
    GuestKernel kernel = new PscGuest(habits, GuestScript.GHCB);
    GpaRange range = GpaRange.of(0x5000, 0x1000);
    GuestMove.Execute first =
        assertInstanceOf(GuestMove.Execute.class, kernel.begin(range, PRIVATE));
    assertEquals(new PageTableChange(GfnRange.of(5, 1), PRIVATE), first.instruction());
    assertInstanceOf(
        GuestMove.Call.class, kernel.afterInstruction(first.progress(), PageTableChange.WRITTEN));

    GuestMove.Execute rescind =
        assertInstanceOf(GuestMove.Execute.class, kernel.begin(range, SHARED));
    GuestMove.Call call =
        assertInstanceOf(
            GuestMove.Call.class, kernel.afterInstruction(rescind.progress(), CHANGED));
    GuestMove.Execute last =
        assertInstanceOf(
            GuestMove.Execute.class, kernel.afterCall(call.progress(), done(call.call())));
    assertEquals(new PageTableChange(GfnRange.of(5, 1), SHARED), last.instruction());
    assertEquals(GuestMove.DONE, kernel.afterInstruction(last.progress(), PageTableChange.WRITTEN));
  }

  private static GuestResult done(GuestCall call) {
    return call instanceof VmgExit.Event event
        ? new VmgExitResult.Event(ExitInfo.NONE, event.ghcb().buffer().completed(0, 1))
        : new VmgExitResult.Msr(GhcbMsr.DONE);
  }

  @Test
  void withoutAGhcbEachPageIsAskedForAndValidatedByItself() {
    GuestScript guest = new GuestScript(Habits.LINUX_WITHOUT_GHCB, 0x12345, 2, PRIVATE);

    assertEquals(new VmgExit.Msr(new GhcbMsr(0x0010_0000_1234_5014L)), guest.call());
    guest.responds(GhcbMsr.DONE).yields(CHANGED);
    assertEquals(new VmgExit.Msr(new GhcbMsr(0x0010_0000_1234_6014L)), guest.call());
    guest.responds(GhcbMsr.DONE).yields(CHANGED).assertDone();
  }

  @Test
  void withoutAGhcbEveryOtherResponseEndsTheGuest() {
    for (GhcbMsr response :
        new GhcbMsr[] {GhcbMsr.FAILED, new GhcbMsr(0x14), new GhcbMsr(0x1_0000_0015L)}) {
      new GuestScript(Habits.LINUX_WITHOUT_GHCB, 1, 1, PRIVATE)
          .responds(response)
          .assertTerminates(GhcbMsr.LINUX_PSC_FAILED);
    }
  }

  @ParameterizedTest
  @CsvSource({"0x1, 0x1000", "0x1000, 0", "0x1000, 0x800", "0x10000000000000, 0x1000"})
  void rangesThatNoEntryCanNameAreGivenUp(String start, String size) {
    GuestMove move =
        new PscGuest(Habits.LINUX, GuestScript.GHCB)
            .begin(GpaRange.of(Long.decode(start), Long.decode(size)), PRIVATE);

    assertInstanceOf(GuestMove.GiveUp.class, move);
  }

  @Test
  void answersToOtherQuestionsAreGivenUp() {
    linux(5, 1, PRIVATE).responds(GhcbMsr.DONE).assertGivesUp();
    new GuestScript(Habits.LINUX_WITHOUT_GHCB, 5, 1, PRIVATE)
        .answers(ExitInfo.NONE, PscBuffer.EMPTY)
        .assertTerminates(GhcbMsr.LINUX_PSC_FAILED);
  }

  @Test
  void theLastPageThatAnEntryCanNameIsAskedFor() {
    GuestScript guest = linux(PscEntry.GFN_LIMIT - 1, 1, PRIVATE);

    assertEquals(new Gfn(PscEntry.GFN_LIMIT - 1), guest.buffer().entry(0).gfn());
  }

  @Test
  void anInstructionsResultThatIsNoAnswerToItIsGivenUp() {
    GuestKernel kernel = new PscGuest(Habits.LINUX, GuestScript.GHCB);
    GpaRange range = GpaRange.of(0x5000, 0x1000);
    GuestMove.Execute remap =
        assertInstanceOf(GuestMove.Execute.class, kernel.begin(range, PRIVATE));
    GuestMove.Execute rescind =
        assertInstanceOf(GuestMove.Execute.class, kernel.begin(range, SHARED));

    for (GuestMove move :
        List.of(
            kernel.afterInstruction(remap.progress(), CHANGED),
            kernel.afterInstruction(rescind.progress(), PageTableChange.WRITTEN))) {
      assertInstanceOf(GuestMove.GiveUp.class, move);
    }
  }

  @Test
  void aPageIsAcceptedAloneAndByValidation() {
    assertEquals(
        Optional.of(pvalidate(5, PageSize.KIB_4, Validation.VALIDATE)),
        new PscGuest(Habits.LINUX, GuestScript.GHCB).acceptance(new Gfn(5).gpa()));
  }

  @Test
  void withoutAnRmpSmallPagesChangeAndLargeOnesNeverMatch() {
    GuestKernel kernel = new PscGuest(Habits.LINUX, GuestScript.GHCB);

    assertEquals(
        Optional.of(new Substitute.Answer(CHANGED)),
        kernel.substitute(pvalidate(0x200, PageSize.KIB_4, Validation.RESCIND)));
    assertEquals(
        Optional.of(
            new Substitute.Answer(SnpInstructionResult.failed(RmpStatus.FAIL_SIZEMISMATCH))),
        kernel.substitute(pvalidate(0x200, PageSize.MIB_2, Validation.VALIDATE)));
    assertEquals(
        Optional.of(new Substitute.Answer(PageTableChange.WRITTEN)),
        kernel.substitute(new PageTableChange(GfnRange.of(5, 1), PRIVATE)));
    assertEquals(
        Optional.empty(),
        kernel.substitute(
            new SnpInstruction.Pvalidate(
                new Gfn(5).gpa(), SHARED, PageSize.KIB_4, Validation.VALIDATE)));
  }
}
