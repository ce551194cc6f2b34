package io.github.gmem4j.policy.pkvm.engine;

import static io.github.gmem4j.api.memory.Shareability.PRIVATE;
import static io.github.gmem4j.api.memory.Shareability.SHARED;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.REFUSED;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.SUCCEEDED;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.bytes;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.gpa;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.loaded;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.read;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.share;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.unshare;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.policy.pkvm.PkvmVariant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Pending private, the state that was given up, and what it was good for: cases 53 to 56. */
final class ThirdStateTest {
  private final TestVm vm = TestVm.of(PkvmVariant.PENDING_PRIVATE);

  /** Shares a page, has it held, and has the guest take it back. */
  private Pin pending(long page, int value) {
    vm.shared(page, value);
    Pin pin = vm.pin(page);
    assertEquals(SUCCEEDED, vm.result(unshare(page)));
    assertEquals(SHARED, vm.state(page));
    return pin;
  }

  @Test
  void withoutAReferenceThePageIsPrivateBeforeTheExit() {
    vm.shared(3, 42);
    Vcpu vcpu = vm.vcpu(unshare(3), read(3));

    assertInstanceOf(Exit.Unshare.class, vcpu.run());
    assertEquals(PRIVATE, vm.state(3));
    vcpu.run(Reply.Answer.DONE);

    assertEquals(List.of(SUCCEEDED, loaded(42)), vcpu.results());
  }

  @Test
  void theLastDropMakesThePagePrivateWithNobodyRunning() {
    Pin first = pending(3, 42);
    vm.events.clear();

    first.close();

    assertEquals(PRIVATE, vm.state(3));
    assertEquals(List.of(new RoadEvent.LastReferenceDropped(new PageIndex(3))), vm.events);
    assertEquals(loaded(42), vm.result(read(3)));
  }

  @Test
  void everyReferenceButTheLastChangesNothing() {
    vm.shared(3, 42);
    Pin first = vm.pin(3);
    Pin second = vm.pin(3);
    vm.run(unshare(3));

    first.close();
    assertEquals(SHARED, vm.state(3));
    second.close();

    assertEquals(PRIVATE, vm.state(3));
  }

  @Test
  void nobodyReachesThePageMeanwhile() {
    Pin pin = pending(3, 42);

    assertInstanceOf(HostAccess.Fault.class, vm.touch(3));
    KernelResult<Pin> another = vm.host.pin(new PageIndex(3), ReferenceKind.SHORT_TERM, "io");
    assertEquals(Errno.EFAULT, assertInstanceOf(KernelResult.Failed.class, another).errno());
    Exit.MemoryFault fault = assertInstanceOf(Exit.MemoryFault.class, vm.vcpu(read(3)).run());

    // The same exit as for a page that only needs to be converted, or cannot be served at all.
    assertEquals(gpa(3), fault.gpa());
    assertEquals(PRIVATE, fault.access());
    assertEquals(Errno.EFAULT, fault.errno());
    assertEquals(42, pin.load(0), "who had it keeps it");
  }

  @Test
  void aTouchIsServedOnceTheReferenceGoesWhileTheVmmWaits() {
    Pin pin = pending(3, 42);
    vm.duringWaits.add(() -> {});
    vm.duringWaits.add(pin::close);

    assertEquals(loaded(42), vm.result(read(3)));
    assertEquals(1, vm.left(Exit.MemoryFault.class));
  }

  @Test
  void n53_aShareMakesThePageEveryonesAgain() {
    Pin pin = pending(3, 42);

    assertEquals(List.of(SUCCEEDED, loaded(42)), vm.run(share(3), read(3)));

    assertEquals(42, vm.load(3));
    pin.close();
    assertEquals(SHARED, vm.state(3));
  }

  @Test
  void n54_theLastDropAfterAShareDoesNotTakeThePage() {
    Pin pin = pending(3, 42);
    vm.run(share(3));

    pin.close();

    assertEquals(SHARED, vm.state(3));
    assertEquals(42, vm.load(3));
    assertEquals(REFUSED, vm.result(share(3)), "it is as shared as any other page");
    assertEquals(SUCCEEDED, vm.result(unshare(3)));
    assertEquals(PRIVATE, vm.state(3));
  }

  @Test
  void n55_truncateInTheThirdStateFastForwardsToPrivate() {
    Pin pin = pending(3, 42);

    vm.memory.punchHole(bytes(3, 1)).orThrow();

    assertEquals(PRIVATE, vm.state(3));
    assertEquals(loaded(0), vm.result(read(3)));
    pin.close();
    assertEquals(PRIVATE, vm.state(3));
  }

  @Test
  void n56_aHostThatPinsAgainAtEveryExitStarvesTheGuestInBoundedTime() {
    TestVm askAgain = TestVm.of(PkvmVariant.ASK_AGAIN);
    askAgain.shared(3, 42);
    Pin[] held = {askAgain.pin(3)};
    for (int i = 0; i < 1000; i++) {
      askAgain.duringWaits.add(() -> {
        Pin next = askAgain.pin(3);
        held[0].close();
        held[0] = next;
      });
    }

    assertEquals(REFUSED, askAgain.result(unshare(3)));

    assertEquals(SHARED, askAgain.state(3));
    // The first exit and 200 more tries after it.
    assertEquals(202, askAgain.left(Exit.Unshare.class));
    held[0].close();
  }

  @Test
  void n56_withoutNewHostFaultsTheSameHostLosesThePage() {
    vm.shared(3, 42);
    Pin held = vm.pin(3);
    Vcpu vcpu = vm.vcpu(unshare(3));
    vcpu.run();

    assertInstanceOf(
        KernelResult.Failed.class, vm.host.pin(new PageIndex(3), ReferenceKind.LONG_TERM, "nic"));
    held.close();

    assertEquals(PRIVATE, vm.state(3));
  }

  @Test
  void aRefusalGivesThePageBackToEveryone() {
    vm.shared(3, 42);
    Pin pin = vm.pin(3);
    Vcpu vcpu = vm.vcpu(unshare(3), read(3));
    vcpu.run();

    vcpu.run(Reply.Answer.REFUSE);

    assertEquals(List.of(REFUSED, loaded(42)), vcpu.results());
    pin.close();
    assertEquals(SHARED, vm.state(3));
  }

  @Test
  void aRefusalComesTooLateForAPageThatNobodyHeld() {
    vm.shared(3, 42);
    Vcpu vcpu = vm.vcpu(unshare(3), read(3));
    vcpu.run();

    vcpu.run(Reply.Answer.REFUSE);

    assertEquals(List.of(SUCCEEDED, loaded(42)), vcpu.results());
    assertEquals(PRIVATE, vm.state(3));
  }

  @Test
  void aVmmThatLosesPatienceStopsTheGuestAtItsTouch() {
    Pin pin = pending(3, 42);

    Vcpu vcpu = vm.vcpu(read(3));
    assertInstanceOf(Exit.MemoryFault.class, vm.vmm.run(vcpu));

    assertEquals(List.<ActionResult>of(), vcpu.results());
    assertEquals(0, vm.tried(ConversionOutcome.Rejected.class));
    pin.close();
  }
}
