package io.github.gmem4j.policy.pkvm.engine;

import static io.github.gmem4j.api.memory.Shareability.PRIVATE;
import static io.github.gmem4j.api.memory.Shareability.SHARED;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.REFUSED;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.SUCCEEDED;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.call;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.gpa;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.loaded;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.read;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.request;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.share;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.unshare;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.participant.Participant;
import io.github.gmem4j.api.participant.Preparation;
import io.github.gmem4j.api.policy.RetryRule;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.policy.pkvm.PkvmVariant;
import io.github.gmem4j.policy.pkvm.hvc.Hvc;
import io.github.gmem4j.policy.pkvm.hvc.HvcResult;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The same story in each design: a page is shared, held, taken back, touched, let go. */
final class VariantsTest {
  private static Participant ready() {
    Participant participant = mock(Participant.class);
    when(participant.name()).thenReturn("iommu");
    when(participant.prepare(any())).thenReturn(Preparation.READY);
    return participant;
  }

  @ParameterizedTest
  @EnumSource
  void whereNobodyHoldsThePageAllDesignsAgree(PkvmVariant variant) {
    TestVm vm = TestVm.of(variant);

    List<ActionResult> results =
        vm.run(write(3, 42), request(3, 1, SHARED), request(3, 1, PRIVATE), read(3));

    assertEquals(
        List.of(
            new ActionResult.Stored(),
            new ActionResult.Fulfilled(),
            new ActionResult.Fulfilled(),
            loaded(42)),
        results);
    assertEquals(PRIVATE, vm.state(3));
    assertEquals(variant == PkvmVariant.MAINLINE ? 0 : 1, vm.left(Exit.Unshare.class));
  }

  /** Unshares a held page in a VMM that runs the vCPU until the guest gets its answer. */
  @ParameterizedTest
  @CsvSource({
    // variant, what the guest is told, state then, unshare exits, memory faults at a touch
    "ASK_AGAIN,       REFUSED,   SHARED,  202, 0",
    "UNMAP_FIRST,     REFUSED,   SHARED,  202, 0",
    "ONE_TRY,         REFUSED,   SHARED,    1, 0",
    "RUN_ON,          SUCCEEDED, SHARED,    1, 0",
    "SUCCESS_FIRST,   SUCCEEDED, SHARED,    1, 1",
    "PENDING_PRIVATE, SUCCEEDED, SHARED,    1, 1",
    "MAINLINE,        SUCCEEDED, PRIVATE,   0, 0"
  })
  void whereAPageIsHeldTheyDiffer(
      PkvmVariant variant, String told, String state, long exits, long faults) {
    TestVm vm = TestVm.of(variant);
    vm.shared(3, 42);
    Pin pin = vm.pin(3);

    ActionResult answer = vm.result(unshare(3));

    assertEquals(told.equals("REFUSED") ? REFUSED : SUCCEEDED, answer);
    assertEquals(state, vm.state(3).name());
    assertEquals(exits, vm.left(Exit.Unshare.class));
    vm.vcpu(read(3)).run();
    assertEquals(faults, vm.left(Exit.MemoryFault.class));
    pin.close();
  }

  @Test
  void oneTryConvertsWhenItsOneTryIsGood() {
    TestVm vm = TestVm.of(PkvmVariant.ONE_TRY);
    vm.shared(3, 42);
    Vcpu vcpu = vm.vcpu(unshare(3), unshare(3));
    Pin pin = vm.pin(3);
    vcpu.run();

    assertInstanceOf(Exit.Unshare.class, vcpu.run(Reply.Answer.DONE), "the guest's next call");
    assertEquals(List.of(REFUSED), vcpu.results());
    pin.close();
    vcpu.run(Reply.Answer.DONE);

    assertEquals(List.of(REFUSED, SUCCEEDED), vcpu.results());
  }

  @Test
  void claimedSuccessIsMadeGoodByTheVmmAtTheTouch() {
    TestVm vm = TestVm.of(PkvmVariant.SUCCESS_FIRST);
    vm.shared(3, 42);
    Pin pin = vm.pin(3);
    vm.run(unshare(3));
    pin.close();

    assertEquals(List.of(loaded(42)), vm.run(read(3)));

    assertEquals(PRIVATE, vm.state(3));
    assertEquals(1, vm.left(Exit.MemoryFault.class));
  }

  @Test
  void claimedSuccessLeavesTheHostItsPageUntilThen() {
    TestVm vm = TestVm.of(PkvmVariant.SUCCESS_FIRST);
    vm.shared(3, 42);
    Pin pin = vm.pin(3);
    vm.run(unshare(3));

    assertEquals(42, vm.load(3));
    assertInstanceOf(Exit.MemoryFault.class, vm.vmm.run(vm.vcpu(write(3, 43))));
    assertEquals(42, vm.load(3));
    pin.close();
  }

  @Test
  void aTouchThatTheVmmRefusesStopsTheVcpuAndNotTheVm() {
    TestVm vm = TestVm.of(PkvmVariant.RUN_ON);
    vm.shared(3, 42);
    Pin pin = vm.pin(3);
    vm.run(unshare(3));
    Vcpu vcpu = vm.vcpu(read(3));
    vcpu.run();

    Exit.Failed failed = assertInstanceOf(Exit.Failed.class, vcpu.run(Reply.Answer.REFUSE));

    assertEquals(Errno.EFAULT, failed.errno());
    assertEquals(loaded(0), vm.result(read(4)));
    pin.close();
    assertInstanceOf(Exit.Halt.class, vcpu.run());
    assertEquals(List.of(loaded(42)), vcpu.results());
  }

  @Test
  void aVmmThatLosesPatienceAtATouchStopsThere() {
    TestVm vm = TestVm.of(PkvmVariant.RUN_ON);
    vm.shared(3, 42);
    Pin pin = vm.pin(3);
    vm.run(unshare(3));

    Exit.Failed failed = assertInstanceOf(Exit.Failed.class, vm.vmm.run(vm.vcpu(read(3))));

    assertEquals(Errno.EFAULT, failed.errno());
    pin.close();
  }

  @Test
  void patienceIsTheVmmsToChoose() {
    TestVm hasty =
        new TestVm(
            PkvmVariant.ASK_AGAIN
                .config()
                .named("pkvm-hasty", "gives up at once")
                .withPatience(RetryRule.GIVE_UP));
    hasty.shared(3, 42);
    Pin pin = hasty.pin(3);

    assertEquals(REFUSED, hasty.result(unshare(3)));

    assertEquals(2, hasty.left(Exit.Unshare.class));
    pin.close();
  }

  @ParameterizedTest
  @EnumSource(
      value = PkvmVariant.class,
      names = {"RUN_ON", "PENDING_PRIVATE"})
  void participantsStayReadyForWhatIsStillComing(PkvmVariant variant) {
    Participant iommu = ready();
    TestVm vm = TestVm.of(variant, iommu);
    vm.shared(3, 42);
    Pin pin = vm.pin(3);
    vm.run(unshare(3));
    verify(iommu).prepare(any());
    verify(iommu, never()).abort(any());

    pin.close();
    vm.run(read(3));

    verify(iommu).commit(any());
    verify(iommu, never()).abort(any());
  }

  @ParameterizedTest
  @EnumSource(
      value = PkvmVariant.class,
      names = {"ASK_AGAIN", "UNMAP_FIRST", "ONE_TRY", "SUCCESS_FIRST"})
  void participantsUseAgainWhatDidNotBecomePrivate(PkvmVariant variant) {
    Participant iommu = ready();
    TestVm vm = TestVm.of(variant, iommu);
    vm.shared(3, 42);
    Pin pin = vm.pin(3);

    vm.run(unshare(3));

    verify(iommu).prepare(any());
    verify(iommu).abort(any());
    verify(iommu, never()).commit(any());
    pin.close();
  }

  @ParameterizedTest
  @EnumSource(value = PkvmVariant.class, names = "MAINLINE", mode = EnumSource.Mode.EXCLUDE)
  void aParticipantThatRefusesMakesTheGuestsCallFail(PkvmVariant variant) {
    Participant iommu = ready();
    when(iommu.prepare(any())).thenReturn(new Preparation.Refused("in use"));
    TestVm vm = TestVm.of(variant, iommu);
    vm.run(write(3, 42), share(3));
    Pin pin = vm.pin(3);

    assertEquals(REFUSED, vm.result(unshare(3)));

    assertEquals(SHARED, vm.state(3));
    assertEquals(42, vm.load(3));
    pin.close();
  }

  @Test
  void mainlineAsksNobody() {
    Participant iommu = ready();
    TestVm vm = TestVm.of(PkvmVariant.MAINLINE, iommu);
    vm.shared(3, 42);

    vm.run(unshare(3));

    verify(iommu, never()).prepare(any());
  }

  @Test
  void n7_aRangeIsCutWhereThePagesDoNotFollowOnEachOther() {
    TestVm android = TestVm.of(PkvmVariant.ANDROID);
    // Pages get their frames in the order of their first touch.
    android.run(write(4, 0), write(5, 1), write(6, 2));
    android.run(write(15, 0));
    android.run(write(7, 3), write(8, 4), write(9, 5), write(10, 6), write(11, 7));
    GuestAction whole = call(Hvc.share(gpa(4), 8));

    assertEquals(new ActionResult.Returned(HvcResult.successOf(3)), android.result(whole));
    assertEquals("SSSPPPPP", android.states(12).substring(4));
    assertEquals(
        new ActionResult.Returned(HvcResult.successOf(5)),
        android.result(call(Hvc.share(gpa(7), 5))));

    assertEquals(List.of(new ActionResult.Fulfilled()), android.run(request(4, 8, PRIVATE)));
    assertEquals("PPPPPPPP", android.states(12).substring(4));
    assertEquals(2, android.left(Exit.Unshare.class));
    assertEquals(loaded(7), android.result(read(11)));
  }

  @Test
  void aConversionInsideRunIsTheOneTheVmmWouldHaveCalled() {
    TestVm vm = TestVm.of(PkvmVariant.ASK_AGAIN);
    vm.shared(3, 42);

    vm.run(unshare(3));

    assertEquals(2, vm.tried(ConversionOutcome.Converted.class));
  }
}
