package io.github.gmem4j.policy.pkvm.el2;

import static io.github.gmem4j.policy.pkvm.el2.TestHost.FRAME;
import static io.github.gmem4j.policy.pkvm.el2.TestHost.OTHER_FRAME;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.policy.pkvm.hvc.FunctionId;
import io.github.gmem4j.policy.pkvm.hvc.Hvc;
import io.github.gmem4j.policy.pkvm.hvc.HvcResult;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Calls that are checked at EL2 and carried out later, for designs that gate conversions. */
final class VettingTest {
  private static final Gpa PAGE = FRAME.gpa();
  private static final int V = 0;
  private static final int W = 1;
  private static final HvcOutcome REFUSED = HvcOutcome.answered(HvcResult.INVALID_PARAMETER);

  private final TestHost host = TestHost.mainline();

  @Test
  void aVettedUnshareChangesNothing() {
    host.sharedAt(FRAME);
    List<String> before = host.everything();

    assertEquals(vetted(FRAME, Shareability.PRIVATE), vet(V, Hvc.unshare(PAGE)));

    assertEquals(before, host.everything());
    assertTrue(host.hypervisor.awaitsUnshare(host.vm, V, FRAME));
    assertEquals(Transition.DONE, host.hypervisor.guestUnshareHost(host.vm, FRAME));
  }

  @Test
  void aVettedShareChangesNothing() {
    host.privateAt(FRAME);
    List<String> before = host.everything();

    assertEquals(vetted(FRAME, Shareability.SHARED), vet(V, Hvc.share(PAGE)));

    assertEquals(before, host.everything());
  }

  @Test
  void whatCallRefusesIsNotPassedOn() {
    host.privateAt(FRAME);
    host.poisonedAt(OTHER_FRAME);

    assertEquals(REFUSED, vet(V, Hvc.unshare(PAGE)));
    assertEquals(REFUSED, vet(V, Hvc.unshare(OTHER_FRAME.gpa())));
    assertEquals(REFUSED, vet(V, Hvc.share(OTHER_FRAME.gpa())));
    assertEquals(REFUSED, vet(V, Hvc.share(new Gpa(PAGE.value() + 1))));
    assertEquals(REFUSED, vet(V, new Hvc(FunctionId.MEM_SHARE.register(), PAGE.value(), 1, 0)));
    Gfn untouched = TestHost.frame(2);
    assertEquals(REFUSED, vet(V, Hvc.unshare(untouched.gpa())));
    assertEquals(new HvcOutcome.NeedsPage(untouched), vet(V, Hvc.share(untouched.gpa())));
    assertEquals(HvcOutcome.FORWARDED, vet(V, new Hvc(0, 0, 0, 0)));
    assertEquals(HvcOutcome.answered(HvcResult.ofValue(0x1d)), vet(V, Hvc.features()));
    assertFalse(host.hypervisor.awaitsUnshare(host.vm, V, FRAME));
  }

  @Test
  void n21_aShareOfAnotherVcpuPassesAndCancelsTheUnshareUnderWay() {
    host.sharedAt(FRAME);
    vet(V, Hvc.unshare(PAGE));

    assertEquals(vetted(FRAME, Shareability.SHARED), vet(W, Hvc.share(PAGE)));

    assertFalse(host.hypervisor.awaitsUnshare(host.vm, V, FRAME));
    assertEquals(REFUSED, vet(W, Hvc.share(PAGE)), "nothing is under way any more");
  }

  @Test
  void n22_aSecondUnshareOfThePagePassesTooEvenAfterTheFlip() {
    host.sharedAt(FRAME);
    vet(V, Hvc.unshare(PAGE));
    assertEquals(vetted(FRAME, Shareability.PRIVATE), vet(W, Hvc.unshare(PAGE)));

    host.hypervisor.guestUnshareHost(host.vm, FRAME);
    host.hypervisor.returned(host.vm, W);

    assertEquals(vetted(FRAME, Shareability.PRIVATE), vet(W, Hvc.unshare(PAGE)));
    host.hypervisor.returned(host.vm, V);
    host.hypervisor.returned(host.vm, W);
    assertEquals(REFUSED, vet(W, Hvc.unshare(PAGE)));
  }

  @Test
  void n24_aCallThatNeverReturnsIsForgottenWithItsVcpu() {
    host.sharedAt(FRAME);
    vet(V, Hvc.unshare(PAGE));

    host.hypervisor.returned(host.vm, V);

    assertFalse(host.hypervisor.awaitsUnshare(host.vm, V, FRAME));
    assertEquals(REFUSED, vet(W, Hvc.share(PAGE)));
    assertEquals(vetted(FRAME, Shareability.PRIVATE), vet(W, Hvc.unshare(PAGE)));
  }

  @Test
  void aVcpuHasOneCallUnderWay() {
    host.sharedAt(FRAME);
    host.sharedAt(OTHER_FRAME);
    vet(V, Hvc.unshare(PAGE));

    vet(V, Hvc.unshare(OTHER_FRAME.gpa()));

    assertFalse(host.hypervisor.awaitsUnshare(host.vm, V, FRAME));
    assertTrue(host.hypervisor.awaitsUnshare(host.vm, V, OTHER_FRAME));
  }

  @Test
  void anUnshareUnderWayLetsNobodyShareAnotherPageTwice() {
    host.sharedAt(FRAME);
    host.sharedAt(OTHER_FRAME);
    vet(V, Hvc.unshare(PAGE));

    assertEquals(REFUSED, vet(W, Hvc.share(OTHER_FRAME.gpa())));
  }

  @Test
  void aPageThatWasPoisonedMeanwhileIsRefused() {
    TestFolio page = host.sharedAt(FRAME);
    vet(V, Hvc.unshare(PAGE));
    host.hypervisor.guestUnshareHost(host.vm, FRAME);
    host.hypervisor.forceReclaim(page);

    assertEquals(REFUSED, vet(W, Hvc.unshare(PAGE)));
    assertEquals(REFUSED, vet(W, Hvc.share(PAGE)));
  }

  @Test
  void aRangeIsVettedAsFarAsItWouldBeDone() {
    TestHost android = TestHost.android();
    FolioRun pages = TestFolio.run(0x1000, 3);
    for (int i = 0; i < 3; i++) {
      android.hypervisor.hostDonateGuest(android.vm, pages.folios().get(i), TestHost.frame(i));
    }
    android.call(Hvc.share(PAGE, 2));

    HvcOutcome outcome = android.hypervisor.vet(android.vm, V, Hvc.unshare(PAGE, 3));

    assertEquals(
        new HvcOutcome.Vetted(GfnRange.of(FRAME.value(), 2), Shareability.PRIVATE), outcome);
    assertTrue(android.hypervisor.awaitsUnshare(android.vm, V, TestHost.frame(1)));
    assertEquals(
        new HvcOutcome.Vetted(GfnRange.of(FRAME.value() + 1, 2), Shareability.SHARED),
        android.hypervisor.vet(android.vm, W, Hvc.share(TestHost.frame(1).gpa(), 2)));
    assertTrue(android.hypervisor.awaitsUnshare(android.vm, V, FRAME));
    assertFalse(android.hypervisor.awaitsUnshare(android.vm, V, TestHost.frame(1)));
  }

  @Test
  void theGuestOfAVmThatIsNotThereMakesNoCall() {
    assertThrows(
        IllegalArgumentException.class,
        () -> host.hypervisor.vet(new VmHandle(1), V, Hvc.features()));
  }

  private HvcOutcome vet(int vcpu, Hvc call) {
    return host.hypervisor.vet(host.vm, vcpu, call);
  }

  private static HvcOutcome vetted(Gfn gfn, Shareability target) {
    return new HvcOutcome.Vetted(GfnRange.of(gfn.value(), 1), target);
  }
}
