package io.github.gmem4j.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.backend.kvm.Kvm;
import io.github.gmem4j.backend.kvm.fake.FakeKernel;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(300)
class CrowdRunTest {
  private static Set<String> kinds(CrowdReport report, String operation) {
    return report.answers().getOrDefault(operation, new TreeMap<>()).keySet();
  }

  private static void checkIsVaried(CrowdReport report) {
    assertEquals(List.of(), report.disagreements());
    Map<String, ?> answers = report.answers();
    for (String operation :
        List.of("convert", "guest_call", "guest_load", "guest_store", "host_load", "host_store")) {
      assertTrue(answers.containsKey(operation), operation + " is missing: " + answers);
    }
    assertTrue(kinds(report, "convert").contains("EAGAIN"), answers.toString());
    assertTrue(kinds(report, "host_load").contains("SIGBUS"), answers.toString());
    assertTrue(kinds(report, "pin").contains("EFAULT"), answers.toString());
  }

  @ParameterizedTest
  @EnumSource(names = {"IN_PLACE", "ATTRIBUTES"})
  void threeVcpusAndAPinningHostAgreeOnTheFakeKernel(FakeKernel.Generation generation) {
    FakeKernel kernel = new FakeKernel(generation);
    try (Kvm kvm = Kvm.open(kernel).orThrow()) {
      CrowdReport report = CrowdRun.of(3, 1, 20_000).run(kvm);
      checkIsVaried(report);
      assertTrue(report.operations() >= 20_000);
    }
    kernel.assertNothingLeft();
  }

  /** States that KVM looked at a moment too early: no exit and no conversion comes of them. */
  @Test
  void faultsThatAreOutOfDateLeaveNoTrace() {
    FakeKernel kernel = new FakeKernel(FakeKernel.Generation.IN_PLACE);
    kernel.faultOutOfDateEvery(3);
    try (Kvm kvm = Kvm.open(kernel).orThrow()) {
      checkIsVaried(CrowdRun.of(3, 2, 4_000).run(kvm));
    }
  }

  @Test
  void theEngineAgreesWithItself() {
    CrowdReport report =
        CrowdRun.of(3, 1, 10_000)
            .run(() -> Engine.inMemory().createVm(SoftwareProtectedPolicy.create()), false);
    checkIsVaried(report);
  }

  @Test
  void nonsenseIsNoRun() {
    assertThrows(IllegalArgumentException.class, () -> CrowdRun.of(0, 1, 1));
    assertThrows(IllegalArgumentException.class, () -> CrowdRun.of(65, 1, 1));
    assertThrows(IllegalArgumentException.class, () -> CrowdRun.of(1, 1, 0));
  }
}
