package io.github.gmem4j.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code gmem run} makes of good scenarios. */
class RunTest {
  @TempDir Path directory;

  private Path scenario(String text) throws IOException {
    return Files.writeString(directory.resolve("story.yaml"), text);
  }

  @Test
  void several_scenarios_are_told_one_after_the_other() {
    Shell run =
        Shell.gmem(
            "run",
            Shell.SCENARIOS.resolve("eight-steps.yaml"),
            Shell.SCENARIOS.resolve("refused.yaml"));

    assertEquals(0, run.code());
    assertEquals(2, run.out().lines().filter(line -> line.startsWith("ok: ")).count());
  }

  @Test
  void a_scenario_may_be_json() throws IOException {
    Path file =
        scenario(
            """
            {"title": "t", "policy": "software-protected", "memory": {"pages": 1},
             "steps": [{"check": 0, "state": "private"}]}
            """);

    assertEquals("ok: 1 expectation holds", Shell.gmem("run", file).lastLine());
  }

  @Test
  void an_expectation_that_does_not_hold_is_the_last_line_and_exit_code_1() throws IOException {
    Path file =
        scenario(
            """
            title: t
            policy: tdx
            memory: {pages: 2}
            processes: [host]
            steps:
              - process: host
                does:
                  - {read: 1, expect: 0x5a}
            """);

    Shell run = Shell.gmem("run", file);

    assertEquals(1, run.code());
    assertEquals(
        "failed: " + file + ", line 8, column 27: host at page 1: expected 0x5a, got sigbus",
        run.lastLine());
    assertEquals("", run.err());
  }

  @Test
  void a_guest_that_does_not_come_to_an_action_leaves_it_unfinished() throws IOException {
    Path file =
        scenario(
            """
            title: t
            policy: tdx
            memory: {pages: 2}
            steps:
              - vcpu: 0
                does:
                  - {touch: 0x1000, as: shared, expect: unfinished}
                exits: [mmio]
            """);

    assertEquals("ok: 2 expectations hold", Shell.gmem("run", file).lastLine());
  }

  @Test
  void the_registers_of_a_map_gpa_may_be_wrong() throws IOException {
    Path file =
        scenario(
            """
            title: t
            policy: tdx
            memory: {pages: 2}
            slots: [{gpa: 0}]
            steps:
              - vcpu: 0
                does:
                  - {map-gpa: 0x0, r13: 0, expect: invalid-operand}
                  - {map-gpa: 0x10, r13: 0x1000, expect: align-error}
                  - {map-gpa: 0x800000000000, r13: 0x1000, expect: success}
            """);

    assertEquals("ok: 3 expectations hold", Shell.gmem("run", file).lastLine());
  }

  @Test
  void a_vmm_with_little_patience_has_the_guest_ask_again() throws IOException {
    Path file =
        scenario(
            """
            title: t
            policy: tdx
            patience: {pause-ms: 1, times: 1, then: retry}
            memory: {pages: 2, begins: shared}
            slots: [{gpa: 0}]
            processes: [host]
            steps:
              - process: host
                does: [{pin: 1}]
              - vcpu: 0
                does:
                  - {request: private, gpa: 0x1000, expect: gave-up}
                exits: [map-gpa-range, map-gpa-range, map-gpa-range, halt]
                holds: 3
            """);

    Shell run = Shell.gmem("run", file);

    assertEquals("ok: 3 expectations hold", run.lastLine());
    assertTrue(run.out().contains("hypercall.ret=EAGAIN"), run.out());
  }

  @Test
  void a_reply_to_a_memory_fault_is_not_said_to_be_a_hypercalls() throws IOException {
    Path file =
        scenario(
            """
            title: t
            policy: tdx-in-run
            patience: {pause-ms: 1, times: 1, then: refuse}
            memory: {pages: 2, begins: shared}
            slots: [{gpa: 0}]
            processes: [host]
            steps:
              - process: host
                does: [{pin: 1}]
              - vcpu: 0
                does:
                  - {request: private, gpa: 0x1000, expect: gave-up}
            """);

    Shell run = Shell.gmem("run", file);

    assertTrue(run.out().contains("KVM_RUN, hypercall.ret=0"), run.out());
    assertTrue(run.out().contains("KVM_RUN, ret=EINVAL"), run.out());
    assertTrue(run.out().contains("(proposed)"), run.out());
    assertFalse(run.out().contains("hypercall.ret=EINVAL"), run.out());
  }

  @Test
  void an_accept_of_a_shared_address_is_the_guests_mistake() throws IOException {
    Path file =
        scenario(
            """
            title: t
            policy: tdx
            memory: {pages: 8, begins: private}
            slots: [{gpa: 0x80000000}]
            steps:
              - vcpu: 0
                does: [{accept: 0x800080003000}]
                exits: [halt]
            """);

    Shell run = Shell.gmem("run", file);

    assertTrue(run.out().contains("0xc000010000000001"), run.out());
    assertTrue(run.lastLine().startsWith("ok"), run.out());
  }

  @Test
  void the_rfc_of_2025_unmaps_and_converts_under_its_own_names() throws IOException {
    Path file =
        scenario(
            """
            title: t
            policy: tdx
            kernel: rfc-2025
            memory: {pages: 2, begins: shared}
            steps:
              - check: 0-1
                state: shared
              - vmm:
                  - {convert: private, pages: 0-1, expect: converted}
                  - {convert: private, pages: 0-1, expect: already-there}
            """);

    Shell run = Shell.gmem("run", file);

    assertAll(
        () -> assertEquals("ok: 3 expectations hold", run.lastLine()),
        () -> assertTrue(run.out().contains("KVM_GMEM_CONVERT_PRIVATE"), run.out()));
  }
}
