package io.github.gmem4j.policy.snp.kvm;

import static io.github.gmem4j.policy.snp.kvm.PscCall.GHCB;
import static io.github.gmem4j.policy.snp.kvm.PscCall.VCPU;
import static io.github.gmem4j.policy.snp.kvm.PscCall.WITHOUT_EXITS;
import static io.github.gmem4j.policy.snp.kvm.PscCall.largeToPrivate;
import static io.github.gmem4j.policy.snp.kvm.PscCall.privateExit;
import static io.github.gmem4j.policy.snp.kvm.PscCall.sharedExit;
import static io.github.gmem4j.policy.snp.kvm.PscCall.small;
import static io.github.gmem4j.policy.snp.kvm.PscCall.toPrivate;
import static io.github.gmem4j.policy.snp.kvm.PscCall.toShared;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.SystemEventKind;
import io.github.gmem4j.policy.snp.ghcb.ExitInfo;
import io.github.gmem4j.policy.snp.ghcb.GhcbMsr;
import io.github.gmem4j.policy.snp.ghcb.PscBuffer;
import io.github.gmem4j.policy.snp.ghcb.PscEntry;
import io.github.gmem4j.policy.snp.ghcb.PscHeader;
import io.github.gmem4j.policy.snp.ghcb.PscOperation;
import io.github.gmem4j.policy.snp.ghcb.VmgExit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Edge cases 1 to 15: what KVM makes of a buffer and of the MSR. Source: Linux 7.3 {@code
 * setup_vmgexit_scratch}, {@code snp_begin_psc}, {@code snp_do_psc} and {@code snp_begin_psc_msr}
 * of {@code arch/x86/kvm/svm/sev.c}.
 */
final class PscParsingTest {
  private static PscBuffer upTo(int end) {
    return new PscBuffer(PscHeader.upTo(end), List.of(toShared(1)));
  }

  private static PscCall at(int scratch, int end) {
    return new PscCall(PscCall.eventAt(scratch, upTo(end)));
  }

  @Test
  void c01_endEntry253AtScratch0x800IsAHeaderError() {
    PscCall call = at(0x800, 253);

    assertEquals(ExitInfo.INVALID_HEADER, call.info());
    assertEquals(upTo(253), call.result().buffer());
    assertEquals(List.of(sharedExit(1, 1)), at(0x800, 252).finish().exits());
  }

  @Test
  void c02_theBoundIsTheBufferThatIsThere() {
    assertEquals(ExitInfo.INVALID_HEADER, at(0x900, 221).info());
    assertEquals(ExitInfo.NONE, at(0x900, 220).finish().info());
  }

  @Test
  void c03_aBufferWithoutRoomForEntriesOrForItsHeaderIsRefused() {
    assertEquals(ExitInfo.INVALID_HEADER, at(0xFE8, 0).info());
    assertEquals(
        ExitInfo.malformed(ExitInfo.Malformation.INVALID_SCRATCH_AREA), at(0xFE9, 0).info());
  }

  @Test
  void c04_nothingToDoIsNoError() {
    PscCall call = PscCall.of(5, 4, toShared(1), toShared(2));

    assertEquals(ExitInfo.NONE, call.info());
    assertEquals(5, call.currentEntry());
    assertEquals(List.of(), call.exits());
  }

  @Test
  void c05_aRequestThatStartsInTheMiddleLeavesTheFirstEntriesAlone() {
    PscCall call = PscCall.of(1, 3, toShared(1), toShared(2), toShared(3), toShared(4)).finish();

    assertEquals(List.of(sharedExit(2, 3)), call.exits());
    assertEquals(4, call.currentEntry());
    assertEquals(0, call.currentPage(0));
    assertEquals(1, call.currentPage(1));
  }

  @Test
  void c06_aSmallEntryMayBeDoneButNotMoreThanDone() {
    PscCall done = PscCall.of(toShared(1).withCurrentPage(1), toShared(2)).finish();
    PscCall beyond = PscCall.of(toShared(1).withCurrentPage(2), toShared(2));

    assertEquals(List.of(sharedExit(2, 1)), done.exits());
    assertEquals(ExitInfo.NONE, done.info());
    assertEquals(ExitInfo.INVALID_ENTRY, beyond.info());
    assertEquals(0, beyond.currentEntry());
  }

  @Test
  void c07_aLargeEntryMayBeDoneButNotMoreThanDone() {
    PscCall done = PscCall.of(largeToPrivate(0x200).withCurrentPage(512)).finish();
    PscCall beyond = PscCall.of(largeToPrivate(0x200).withCurrentPage(513));

    assertEquals(List.of(), done.exits());
    assertEquals(ExitInfo.NONE, done.info());
    assertEquals(1, done.currentEntry());
    assertEquals(ExitInfo.INVALID_ENTRY, beyond.info());
  }

  @Test
  void c08_aLargeEntryMustBeAlignedAndThoseBeforeItStayConverted() {
    PscCall call = PscCall.of(toPrivate(1), largeToPrivate(0x201), toPrivate(2)).finish();

    assertEquals(List.of(privateExit(1, 1)), call.exits());
    assertEquals(ExitInfo.INVALID_ENTRY, call.info());
    assertEquals(1, call.currentEntry());
    assertEquals(1, call.currentPage(0));
  }

  @Test
  void anUnalignedEntryIsAnErrorEvenWhenItSaysThatItIsDone() {
    assertEquals(
        ExitInfo.INVALID_ENTRY,
        PscCall.of(largeToPrivate(0x201).withCurrentPage(512)).finish().info());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 4, 5, 15})
  void c09_operationsThatDoNotExistAreSaidToBeDone(int code) {
    PscOperation unknown = new PscOperation(code);
    PscCall call = PscCall.of(small(unknown, 1), small(unknown, 2), toShared(9)).finish();

    assertEquals(List.of(sharedExit(9, 1)), call.exits());
    assertEquals(ExitInfo.NONE, call.info());
    assertEquals(1, call.currentPage(0));
    assertEquals(1, call.currentPage(1));
    assertEquals(3, call.currentEntry());
  }

  @Test
  void c10_reservedBitsAreIgnoredAndKept() {
    PscEntry entry = new PscEntry(0, new Gfn(1), PscOperation.SHARED, toShared(1).size(), 0x7F);
    PscBuffer buffer = new PscBuffer(new PscHeader(0, 0, -1), List.of(entry));

    PscCall call = new PscCall(PscCall.event(buffer)).finish();

    assertEquals(List.of(sharedExit(1, 1)), call.exits());
    assertEquals(ExitInfo.NONE, call.info());
    assertEquals(
        new PscBuffer(new PscHeader(1, 0, -1), List.of(entry.completed())), call.result().buffer());
    PscCall msr = new PscCall(new VmgExit.Msr(new GhcbMsr(0xFF20_0000_0000_1014L))).finish();
    assertEquals(GhcbMsr.DONE, msr.response());
  }

  @Test
  void c11_validInvalidValidConvertsTheFirstOnly() {
    PscCall call = PscCall.of(toPrivate(1), toPrivate(5).withCurrentPage(2), toPrivate(9)).finish();

    assertEquals(List.of(privateExit(1, 1)), call.exits());
    assertEquals(ExitInfo.INVALID_ENTRY, call.info());
    assertEquals(1, call.currentEntry());
    assertEquals(0, call.currentPage(2));
  }

  @Test
  void c12_whatTheGuestWritesMeanwhileIsNeverLookedAt() {
    List<PscEntry> written = new ArrayList<>(List.of(toPrivate(1), toPrivate(5)));
    PscCall call =
        new PscCall(PscCall.event(new PscBuffer(new PscHeader(0, 1, 0), written))).answer(0);

    written.set(1, toPrivate(0xBAD));
    written.add(toPrivate(0xBAD));
    call.finish();

    assertEquals(List.of(privateExit(1, 1), privateExit(5, 1)), call.exits());
    assertEquals(2, call.currentEntry());
    assertEquals(2, call.result().buffer().entries().size());
  }

  @Test
  void noIndexBehindTheEndIsEverTouched() {
    PscCall call = PscCall.of(0, 1, toShared(1), toShared(2), toShared(3)).finish();

    assertEquals(List.of(sharedExit(1, 2)), call.exits());
    assertEquals(toShared(3), call.result().buffer().entry(2));
  }

  @Test
  void c13_theSameFramePrivateThenSharedLeavesTwiceInOrder() {
    assertEquals(
        List.of(privateExit(7, 1), sharedExit(7, 1)),
        PscCall.of(toPrivate(7), toShared(7)).finish().exits());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 4, 15})
  void c14_theMsrKnowsTwoOperations(int code) {
    GhcbMsr request = GhcbMsr.pageStateChange(new Gfn(1), new PscOperation(code));

    assertEquals(GhcbMsr.FAILED, new PscCall(new VmgExit.Msr(request)).response());
  }

  @Test
  void c14_anMsrRequestOfAGuestThatIsNotSnpEndsIt() {
    GhcbMsr request = GhcbMsr.pageStateChange(new Gfn(1), PscOperation.SHARED);
    PscCall call = new PscCall(SevGuest.ES, VCPU, new VmgExit.Msr(request));

    Step.Leave end = assertInstanceOf(Step.Leave.class, call.step());
    assertEquals(
        new Exit.SystemEvent(SystemEventKind.TERMINATED, List.of(request.value())), end.exit());
    assertEquals(request, call.runAgain().response());
  }

  @Test
  void c15_withoutTheExitEveryRequestFails() {
    VmgExit event = PscCall.event(upTo(0));
    VmgExit msr = new VmgExit.Msr(GhcbMsr.pageStateChange(new Gfn(1), PscOperation.SHARED));

    assertEquals(ExitInfo.FAILED, new PscCall(SevGuest.SNP, WITHOUT_EXITS, event).info());
    assertEquals(GhcbMsr.FAILED, new PscCall(SevGuest.SNP, WITHOUT_EXITS, msr).response());
  }

  @Test
  void theMissingExitIsSeenBeforeTheHeader() {
    VmgExit event = PscCall.event(upTo(500));

    assertEquals(ExitInfo.FAILED, new PscCall(SevGuest.SNP, WITHOUT_EXITS, event).info());
  }

  @Test
  void zeroesBehindTheWrittenEntriesAreOperationsThatDoNotExist() {
    PscCall call = PscCall.of(0, 252, toShared(1)).finish();

    assertEquals(List.of(sharedExit(1, 1)), call.exits());
    assertEquals(253, call.currentEntry());
  }

  @Test
  @DisplayName("snp_begin_psc_msr of arch/x86/kvm/svm/sev.c: one page, and which state it gets")
  void anMsrRequestToSharedLeavesAsShared() {
    VmgExit request = new VmgExit.Msr(GhcbMsr.pageStateChange(new Gfn(4), PscOperation.SHARED));
    Step.Leave leave = assertInstanceOf(Step.Leave.class, new PscCall(request).step());

    assertEquals(sharedExit(4, 1), leave.exit());
  }

  @Test
  void theAddressOfTheGhcbMayBeAnMsrRequest() {
    VmgExit.Event event = PscCall.event(upTo(0));
    GhcbMsr request = GhcbMsr.pageStateChange(new Gfn(4), PscOperation.PRIVATE);
    VmgExit disguised = new VmgExit.Event(GhcbTampering.withAddress(event.ghcb(), request.value()));

    assertEquals(List.of(privateExit(4, 1)), new PscCall(disguised).finish().exits());
  }

  @Test
  void theGhcbIsHeldWhileTheCallIsUnderWayAndMissedWithoutAWord() {
    SnpKvmSeat seat = new SnpKvmSeat(SevGuest.SNP, GhcbMemory.IN_GUEST_MEMORY);
    VmgExit.Event event = PscCall.event(upTo(0));

    Step.Pin pin = assertInstanceOf(Step.Pin.class, seat.onCall(VCPU, event));

    assertEquals(GHCB, pin.page());
    assertEquals("KVM: GHCB of vCPU 3", pin.holder());
    Exit exit = assertInstanceOf(Step.Leave.class, pin.then()).exit();
    assertEquals(sharedExit(1, 1), exit);
    assertEquals(PscCursor.answer(ExitInfo.NONE, upTo(0)), pin.otherwise());
  }

  @Test
  void aGhcbAtAddressZeroGetsNoAnswer() {
    VmgExit.Event event =
        new VmgExit.Event(GhcbTampering.withAddress(PscCall.event(upTo(0)).ghcb(), 0));

    PscCall call = new PscCall(event);
    assertEquals(upTo(0), call.result().buffer());
    assertEquals(event.ghcb().exitInfo(), call.info());
  }
}
