package io.github.gmem4j.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.backend.kvm.Kvm;
import io.github.gmem4j.backend.kvm.KvmAccess;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stories, recordings and random operations on this host's kernel, where it can convert. */
@Tag("real-kernel")
class RealKernelTest {
  /** Why no VM with private memory can be had and converted here; empty if it can. */
  private static Optional<String> obstacle() {
    return switch (Kvm.open()) {
      case KvmAccess.Refused refused -> Optional.of(refused.reason());
      case KvmAccess.Granted(Kvm kvm) -> {
        try (kvm) {
          yield switch (kvm.createConvertingVm(
              SoftwareProtectedPolicy.create(), RoadListener.NONE)) {
            case KernelResult.Failed<VirtualMachine> failed -> Optional.of(failed.reason());
            case KernelResult.Ok<VirtualMachine> ok -> {
              ok.value().close();
              yield Optional.empty();
            }
          };
        }
      }
    };
  }

  private static void assumeConverting() {
    obstacle().ifPresent(reason -> abort(reason));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "eight-steps",
        "driver-stops-first",
        "host-keeps-touching",
        "iommu-unmaps-first",
        "pinned-for-ever",
        "pinned-then-released",
        "refused"
      })
  void a_story_on_the_real_kernel_has_the_timeline_that_it_has_in_memory(String story)
      throws IOException {
    assumeConverting();
    Path scenario = Shell.SCENARIOS.resolve(story + ".yaml");

    Shell run = Shell.gmem("run", "--backend", "kvm", scenario);

    assertEquals(Files.readString(Shell.SCENARIOS.resolve(story + ".timeline.txt")), run.out());
    assertTrue(run.err().startsWith("gmem: on this host's kernel: a VM of type "), run.err());
    assertEquals(0, run.code());
  }

  @Test
  void a_story_that_needs_a_memory_to_outlive_its_vm_says_so() {
    assumeConverting();

    Shell run = Shell.gmem("run", "--backend", "kvm", Shell.SCENARIOS.resolve("reboot.yaml"));

    assertEquals(2, run.code());
    assertTrue(run.err().contains("a memory cannot outlive its VM here: ENOTTY"), run.err());
  }

  @Test
  void random_operations_agree() {
    assumeConverting();

    Shell run = Shell.gmem("differential", "--seed", "4711", "--operations", "250");

    if (run.err().contains("this kernel converts in place")) {
      assertEquals(1, run.code());
    } else {
      assertTrue(run.out().endsWith(": 0 disagreements\n"), run.out());
      assertEquals(0, run.code());
    }
  }

  @Test
  void three_vcpus_and_a_host_at_once_agree() {
    assumeConverting();

    Shell run = Shell.gmem("differential", "--vcpus", "3", "--operations", "1000");

    assertTrue(run.out().endsWith(": 0 disagreements\n"), run.out());
    assertEquals(0, run.code());
  }

  @Test
  void without_a_kernel_that_converts_a_story_says_what_is_missing() {
    assumeFalse(obstacle().isEmpty(), "this kernel converts");

    Shell run = Shell.gmem("run", "--backend", "kvm", Shell.SCENARIOS.resolve("eight-steps.yaml"));

    assertAll(
        () -> assertEquals(2, run.code()),
        () -> assertEquals("", run.out()),
        () -> assertEquals(1, run.err().lines().count(), run.err()),
        () -> assertTrue(run.err().startsWith("gmem: "), run.err()));
  }

  @Test
  void the_interface_of_2025_is_in_no_kernel() throws IOException {
    Path scenario = Files.createTempFile("rfc", ".yaml");
    Files.writeString(
        scenario,
        Files.readString(Shell.SCENARIOS.resolve("eight-steps.yaml")) + "kernel: rfc-2025\n");

    Shell run = Shell.gmem("run", "--backend", "kvm", scenario);

    assertEquals(2, run.code());
    assertTrue(run.err().contains("which no kernel has"), run.err());
    Files.delete(scenario);
  }
}
