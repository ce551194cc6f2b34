package io.github.gmem4j.backend.kvm.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.api.vm.VmType.AccessRule;
import io.github.gmem4j.backend.kvm.Kvm;
import io.github.gmem4j.backend.kvm.PlainGuest;
import io.github.gmem4j.backend.kvm.fake.FakeKernel;
import io.github.gmem4j.backend.kvm.fake.FakeKernel.Generation;
import io.github.gmem4j.backend.kvm.syscall.Syscalls;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is found by using a VM. */
@Timeout(60)
class VmTrialTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Long enough for a thread to start and to enter the guest, also on a busy machine. */
  private static final Duration ENOUGH_TO_ENTER = Duration.ofSeconds(2);

  private static final Duration SHORT = Duration.ofMillis(50);

  private static VmFindings find(Syscalls kernel, VmType type, Duration patience) {
    try (Kvm kvm = Kvm.open(kernel).orThrow()) {
      return VmTrial.of(() -> kvm.createVm(PlainGuest.policy(type), RoadListener.NONE), patience);
    }
  }

  private static String reason(Finding finding) {
    return assertInstanceOf(Finding.Fails.class, finding).reason();
  }

  @Test
  void everythingWorksWhereMemoryIsConvertedInPlace() {
    FakeKernel kernel = new FakeKernel(Generation.IN_PLACE);
    VmFindings found = find(kernel, VmType.SW_PROTECTED, PATIENCE);

    assertEquals(VmFindings.without(new Finding.Works()), found);
    kernel.assertNothingLeft();
  }

  @ParameterizedTest
  @EnumSource(
      value = Generation.class,
      names = {"NONE", "ATTRIBUTES"})
  void pinsBlockNothingWhereTheMemoryDoesNotConvert(Generation generation) {
    FakeKernel kernel = new FakeKernel(generation);
    VmFindings found = find(kernel, VmType.SW_PROTECTED, PATIENCE);

    assertEquals("converting a page in a pipe is ENOTTY, not EAGAIN", reason(found.pinsBlock()));
    assertEquals(new Finding.Works(), found.pipePin());
    assertEquals(new Finding.Works(), found.ringPin());
    kernel.assertNothingLeft();
  }

  @Test
  void aTypeThatTheKernelDoesNotHaveGivesItsReasonEverywhere() {
    FakeKernel kernel = new FakeKernel(Generation.NONE);
    VmType strange = new VmType("STRANGE", false, AccessRule.ALWAYS_SHARED, 1);
    VmFindings found = find(kernel, strange, PATIENCE);

    assertEquals(VmFindings.without(found.running()), found);
    assertTrue(reason(found.running()).startsWith("EINVAL: no VM of type "), found.toString());
  }

  @Test
  void aFailureOfAnyCallIsAFindingAndLeavesNothingOpen() {
    FakeKernel whole = new FakeKernel(Generation.IN_PLACE);
    find(whole, VmType.SW_PROTECTED, PATIENCE);
    int different = 0;
    // The first two calls open the device.
    for (int call = 2; call < whole.calls(); call++) {
      FakeKernel kernel = new FakeKernel(Generation.IN_PLACE);
      kernel.failAt(call, 12);
      VmFindings found = find(kernel, VmType.SW_PROTECTED, PATIENCE);
      different += found.equals(VmFindings.without(new Finding.Works())) ? 0 : 1;
      kernel.assertNothingLeft();
    }
    assertTrue(different > whole.calls() / 2, different + " of " + whole.calls());
  }

  @Test
  void aGuestThatDoesNotComeBackIsKicked() {
    FakeKernel kernel = new FakeKernel(Generation.IN_PLACE);
    VmFindings found = find(SlowRun.until(kernel, "signalThread"), VmType.DEFAULT, ENOUGH_TO_ENTER);

    assertEquals("KVM_RUN hangs, kicked after 2 s", reason(found.running()));
    assertInstanceOf(Finding.NotTried.class, found.hypercall());
    kernel.assertNothingLeft();
  }

  @Test
  void aGuestThatNotEvenTheKickReachesIsLeftAlone() {
    FakeKernel kernel = new FakeKernel(Generation.IN_PLACE);
    VmFindings found = find(SlowRun.until(kernel, "never"), VmType.DEFAULT, SHORT);

    assertEquals("KVM_RUN hangs, even when kicked", reason(found.running()));
    assertEquals(new Finding.Works(), found.binding());
  }
}
