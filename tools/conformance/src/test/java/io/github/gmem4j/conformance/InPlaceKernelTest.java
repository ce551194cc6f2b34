package io.github.gmem4j.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.KernelException;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.backend.kvm.Kvm;
import io.github.gmem4j.backend.kvm.fake.FakeKernel;
import io.github.gmem4j.conformance.recording.Recordings;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What plays another generation's rules says so on a kernel that converts in place. */
class InPlaceKernelTest {
  private final FakeKernel kernel = new FakeKernel(FakeKernel.Generation.IN_PLACE);

  @Test
  void stepByStepIsRefusedBeforeItFindsFalseDisagreements() {
    try (Kvm kvm = Kvm.open(kernel).orThrow()) {
      KernelException refused =
          assertThrows(
              KernelException.class, () -> Differential.of(VmType.SW_PROTECTED, 1, 250).run(kvm));
      assertEquals(Errno.EOPNOTSUPP, refused.errno());
      assertTrue(refused.reason().startsWith("this kernel converts in place"), refused.reason());
    }
    kernel.assertNothingLeft();
  }

  @Test
  void aRecordingOfWhichNothingCanBePlayedIsNamed() {
    try (Kvm kvm = Kvm.open(kernel).orThrow()) {
      KernelReplayReport report =
          KernelReplay.of(List.of(Recordings.B, Recordings.C, Recordings.P)).run(kvm);
      assertEquals(0, report.sequences());
      assertEquals(List.of(Recordings.B, Recordings.C, Recordings.P), report.unplayed());
      assertEquals(
          Map.of(
              "of generation B, for this kernel converts in place", 60L,
              "of generation C, for this kernel converts in place", 30L,
              "of pKVM", 40L),
          report.skipped());
    }
    FakeKernel other = new FakeKernel(FakeKernel.Generation.ATTRIBUTES);
    try (Kvm kvm = Kvm.open(other).orThrow()) {
      KernelReplayReport report = KernelReplay.of(List.of(Recordings.B)).run(kvm);
      assertEquals(Map.of("of generation B", 60L), report.skipped());
      assertEquals(List.of(Recordings.B), report.unplayed());
    }
  }
}
