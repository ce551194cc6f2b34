package io.github.gmem4j.conformance.real;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.backend.kvm.Kvm;
import io.github.gmem4j.backend.kvm.KvmAccess;
import io.github.gmem4j.backend.kvm.probe.Capability;
import io.github.gmem4j.backend.kvm.probe.ConversionInterface;
import io.github.gmem4j.backend.kvm.probe.HostReport;
import io.github.gmem4j.conformance.Differential;
import io.github.gmem4j.conformance.DifferentialReport;
import io.github.gmem4j.conformance.KernelReplay;
import io.github.gmem4j.conformance.KernelReplayReport;
import io.github.gmem4j.conformance.recording.Recordings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The engine beside this host's kernel. Without one it is skipped and says why; on a kernel that
 * has less than Linux 7.3 fewer kinds of operations are compared.
 */
@Tag("real-kernel")
@Timeout(900)
final class RealDifferentialTest {
  /** Opens this host's KVM for a type of VM, or skips the test. */
  private static void needs(VmType type) {
    switch (Kvm.open()) {
      case KvmAccess.Refused refused -> abort(refused.reason());
      case KvmAccess.Granted(Kvm kvm) -> {
        try (kvm) {
          HostReport report = kvm.probe();
          assumeTrue(
              report.capabilities().getOrDefault(Capability.GUEST_MEMFD, 0L) == 1,
              "this kernel has no guest_memfd");
          assumeTrue(
              report.types().values().stream()
                  .noneMatch(vms -> vms.conversion() instanceof ConversionInterface.InPlace),
              "this kernel converts in place; what is compared here keeps the state in the VM");
          assumeTrue(
              report.offered().stream()
                  .anyMatch(offered -> offered.type().equals(Optional.of(type))),
              "this kernel has no VMs of type " + type.name());
        }
      }
    }
  }

  private static void agree(VmType type, long seed, long operations) {
    DifferentialReport report = Differential.of(type, seed, operations).run();
    assertEquals(List.of(), report.disagreements());
    assertEquals(operations, report.operations());
    assertTrue(report.answers().size() >= 20, report.answers().toString());
  }

  @Test
  void anOrdinaryVmAnswersAsTheEngine() {
    needs(VmType.DEFAULT);
    agree(VmType.DEFAULT, 1, 1500);
  }

  @Test
  void aSoftwareProtectedVmAnswersAsTheEngine() {
    needs(VmType.SW_PROTECTED);
    agree(VmType.SW_PROTECTED, 1, 3000);
  }

  @Test
  void theRecordingsOfThisGenerationAreAnsweredAsThen() {
    needs(VmType.SW_PROTECTED);
    KernelReplayReport report = KernelReplay.of(List.of(Recordings.C, Recordings.P)).run();
    assertEquals(List.of(), report.disagreements());
    assertEquals(Map.of("of pKVM", 40L, "with a fork", 11L), report.skipped());
  }
}
