package io.github.gmem4j.policy.pkvm.engine;

import static io.github.gmem4j.api.memory.Shareability.PRIVATE;
import static io.github.gmem4j.api.memory.Shareability.SHARED;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.REFUSED;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.SUCCEEDED;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.at;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.bytes;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.call;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.gpa;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.gpas;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.loaded;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.read;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.request;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.share;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.unshare;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.policy.pkvm.PkvmVariant;
import io.github.gmem4j.policy.pkvm.hvc.Hvc;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * The interleavings for a model checker, each as one fixed schedule; the eighth is another
 * architecture's.
 */
final class InterleavingsTest {
  private static final Exit ASKED_AGAIN = new Exit.Unshare(gpas(3, 1), Optional.of(at(3)));

  private final TestVm vm = TestVm.of(PkvmVariant.ASK_AGAIN);

  private static Vcpu atItsExit(TestVm of, long page) {
    Vcpu vcpu = of.vcpu(unshare(page), read(page));
    assertInstanceOf(Exit.Unshare.class, vcpu.run());
    return vcpu;
  }

  @Test
  void i1_noPageIsPrivateWhileADeviceHoldsIt() {
    vm.shared(3, 42);
    Vcpu v = atItsExit(vm, 3);
    Pin device = vm.pin(3);

    assertEquals(ASKED_AGAIN, v.run(Reply.Answer.DONE));
    assertEquals(SHARED, vm.state(3));
    device.close();
    v.run(Reply.Answer.DONE);

    assertEquals(PRIVATE, vm.state(3));
  }

  @Test
  void i2_aHostFaultBeforeTheConversionIsUndoneAndOneAfterItIsRefused() {
    vm.shared(3, 42);
    Vcpu v = atItsExit(vm, 3);
    assertEquals(42, vm.load(3));
    assertTrue(vm.hostMaps(3));

    v.run(Reply.Answer.DONE);

    assertFalse(vm.hostMaps(3));
    assertInstanceOf(HostAccess.Fault.class, vm.touch(3));
    assertFalse(vm.hostMaps(3));
  }

  @Test
  void i3_theNewestRequestWins() {
    vm.shared(3, 42);
    Vcpu v = atItsExit(vm, 3);
    assertEquals(SUCCEEDED, vm.result(share(3)));

    v.run(Reply.Answer.DONE);

    assertEquals(SHARED, vm.state(3));
    assertEquals(REFUSED, v.results().getFirst());
  }

  @Test
  void i3_theNewestRequestWinsAlsoAfterTheOlderOneReturnedSuccess() {
    for (PkvmVariant variant :
        List.of(PkvmVariant.RUN_ON, PkvmVariant.SUCCESS_FIRST, PkvmVariant.PENDING_PRIVATE)) {
      TestVm of = TestVm.of(variant);
      of.shared(3, 42);
      Pin device = of.pin(3);
      assertEquals(SUCCEEDED, of.result(unshare(3)), variant::name);

      assertEquals(List.of(SUCCEEDED, loaded(42)), of.run(share(3), read(3)), variant::name);
      device.close();

      assertEquals(List.of(loaded(42), REFUSED), of.run(read(3), share(3)), variant::name);
      assertEquals(SHARED, of.state(3), variant::name);
    }
  }

  @Test
  void i3_anUnshareAfterTheSharesIsTheNewestAgain() {
    vm.shared(3, 42);
    Vcpu v = atItsExit(vm, 3);
    vm.run(share(3));
    Vcpu w = atItsExit(vm, 3);

    v.run(Reply.Answer.DONE);
    assertEquals(SHARED, vm.state(3));
    w.run(Reply.Answer.DONE);

    assertEquals(PRIVATE, vm.state(3));
    assertEquals(REFUSED, v.results().getFirst());
    assertEquals(SUCCEEDED, w.results().getFirst());
  }

  @Test
  void i4_aVcpuThatTheVmmNeverHeardOfIsStoppedAtTheWithheldPage() {
    TestVm runOn = TestVm.of(PkvmVariant.RUN_ON);
    runOn.shared(3, 42);
    Vcpu w = runOn.vcpu(read(3), read(3));
    Vcpu v = atItsExit(runOn, 3);
    Pin device = runOn.pin(3);
    v.run(Reply.Answer.DONE);

    assertEquals(ASKED_AGAIN, w.run());

    assertEquals(List.of(), w.results());
    device.close();
    w.run(Reply.Answer.DONE);
    assertEquals(List.of(loaded(42), loaded(42)), w.results());
  }

  @Test
  void i5_guestDataDoesNotSurviveASlowHostWhereEl2FlipsFirst() {
    TestVm mainline = TestVm.of(PkvmVariant.MAINLINE);
    mainline.shared(3, 42);
    Pin slow = mainline.kernelPin(3);
    mainline.run(unshare(3), write(3, 43));

    assertEquals(0, slow.load(0));

    Exit exit = mainline.vcpu(read(3)).run();
    assertEquals(Errno.EFAULT, assertInstanceOf(Exit.Failed.class, exit).errno());
  }

  @Test
  void i5_guestDataSurvivesASlowHostInTheGatedDesign() {
    vm.shared(3, 42);
    Pin slow = vm.pin(3);
    Vcpu v = vm.vcpu(unshare(3), write(3, 43), read(3));
    v.run();
    v.run(Reply.Answer.DONE);

    assertEquals(42, slow.load(0));
    slow.close();
    v.run(Reply.Answer.DONE);

    assertEquals(loaded(43), v.results().getLast());
  }

  @Test
  void i6_noPartOfARangeIsSeenPrivateBeforeAllOfItIs() {
    TestVm android = TestVm.of(PkvmVariant.ANDROID);
    android.run(request(4, 2, SHARED));
    android.store(4, 42);
    Pin held = android.pin(5);
    Vcpu v = android.vcpu(call(Hvc.unshare(gpa(4), 2)));
    v.run();

    v.run(Reply.Answer.DONE);
    assertEquals(SHARED, android.state(4));
    assertEquals(42, android.load(4));
    v.run(Reply.Answer.DONE);
    assertEquals("SS", android.states(6).substring(4));
    held.close();
    v.run(Reply.Answer.DONE);

    assertEquals("PP", android.states(6).substring(4));
  }

  @Test
  void i7_aVmThatEndsBetweenExitAndReentryFailsCleanly() {
    vm.shared(3, 42);
    vm.run(write(4, 43));
    Vcpu v = atItsExit(vm, 3);

    vm.vm.close();

    Exit.Failed failed = assertInstanceOf(Exit.Failed.class, v.run(Reply.Answer.DONE));
    assertEquals(Errno.EIO, failed.errno());
    assertEquals(List.of(), v.results());
    assertEquals(SHARED, vm.state(3));
    assertEquals(42, vm.load(3), "it was shared, so it is not scrubbed");
    vm.convert(4, 1, SHARED);
    assertEquals(0, vm.load(4));
  }

  @Test
  void i9_aPunchedPageIsNotFlippedItsSuccessorIs() {
    vm.shared(3, 42);
    Pin old = vm.pin(3);
    Vcpu v = atItsExit(vm, 3);

    vm.memory.punchHole(bytes(3, 1)).orThrow();
    v.run(Reply.Answer.DONE);

    assertEquals(List.of(SUCCEEDED, loaded(0)), v.results());
    assertEquals(PRIVATE, vm.state(3));
    assertEquals(42, old.load(0), "the old page stays with who holds it, and is nobody else's");
  }

  @Test
  void i9_aPunchedPageThatWasWithheldIsAFreshPrivateOneAtItsTouch() {
    TestVm runOn = TestVm.of(PkvmVariant.RUN_ON);
    runOn.shared(3, 42);
    Pin old = runOn.pin(3);
    assertEquals(List.of(SUCCEEDED), runOn.run(unshare(3)));

    runOn.memory.punchHole(bytes(3, 1)).orThrow();

    assertEquals(List.of(loaded(0)), runOn.run(read(3)));
    assertEquals(PRIVATE, runOn.state(3));
    old.close();
  }

  @Test
  void i10_theCallOnTheMemoryFirstThenTheVcpuIsOneFlip() {
    vm.shared(3, 42);
    Vcpu v = atItsExit(vm, 3);

    assertEquals(new ConversionOutcome.Converted(PRIVATE), vm.convert(3, 1, PRIVATE));
    v.run(Reply.Answer.DONE);

    assertEquals(List.of(SUCCEEDED, loaded(42)), v.results());
    assertEquals(1, vm.tried(ConversionOutcome.AlreadyThere.class));
  }

  @Test
  void i10_theVcpuFirstThenTheCallOnTheMemoryIsOneFlip() {
    vm.shared(3, 42);
    Vcpu v = atItsExit(vm, 3);

    v.run(Reply.Answer.DONE);

    assertEquals(new ConversionOutcome.AlreadyThere(PRIVATE), vm.convert(3, 1, PRIVATE));
    List<ActionResult> expected = List.of(SUCCEEDED, loaded(42));
    assertEquals(expected, v.results());
  }
}
