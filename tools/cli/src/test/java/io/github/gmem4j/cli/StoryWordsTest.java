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

/** The words in which a story needs no policy. */
class StoryWordsTest {
  private static final String BEGIN =
      """
      title: t
      memory: {pages: 4, image: 0-3}
      slots: [{gpa: 0}]
      vcpus: 2
      processes: [host]
      steps:
      """;

  @TempDir Path directory;

  private Shell run(String policy, String steps) throws IOException {
    Path file = Files.writeString(directory.resolve("story.yaml"), BEGIN + steps);
    return Shell.gmem("run", "--policy", policy, file);
  }

  @Test
  void a_guest_takes_memory_for_what_it_last_got_it_as() throws IOException {
    Shell run =
        run(
            "tdx",
            """
              - vcpu: 0
                does:
                  - {touch: 0x1000}
                  - {share: 0x1000}
                  - {write: 0x1000, value: 0x42}
                  - {unshare: 0x1000}
                  - {read: 0x1000, expect: 0x00}
                exits: [map-gpa-range, halt, map-gpa-range, halt, halt]
            """);

    assertAll(
        () -> assertEquals("ok: 2 expectations hold", run.lastLine(), run.err()),
        () -> assertTrue(run.out().contains("gpa 0x1000 as shared"), run.out()));
  }

  @Test
  void a_request_that_failed_does_not_change_what_the_guest_takes_memory_for() throws IOException {
    Shell run =
        run(
            "tdx",
            """
              - {vcpu: 0, does: [{share: 0x1000}]}
              - {process: host, does: [{write: 1, value: 0x42}, {pin: 1}]}
              - vcpu: 0
                does:
                  - {unshare: 0x1000, expect: gave-up}
                  - {read: 0x1000, expect: 0x42}
            """);

    assertEquals("ok: 2 expectations hold", run.lastLine(), run.err());
  }

  @Test
  void an_access_may_still_say_its_kind() throws IOException {
    Shell run =
        run(
            "tdx",
            "  - {vcpu: 0, does: [{touch: 0x1000, as: shared}], exits: [memory-fault, halt]}");

    assertEquals("ok: 1 expectation holds", run.lastLine(), run.err());
  }

  @Test
  void a_vcpu_may_leave_its_first_exit_unanswered_and_go_on_later() throws IOException {
    Shell run =
        run(
            "tdx",
            """
              - vcpu: 0
                does: [{share: 0x1000, expect: ok}]
                until: first-exit
                exits: [map-gpa-range]
              - {check: 1, state: private}
              - {vcpu: 1, does: [{touch: 0x2000, expect: ok}]}
              - {vcpu: 0, goes-on: true}
              - {check: 1, state: shared}
            """);

    assertEquals("ok: 5 expectations hold", run.lastLine(), run.err());
  }

  @Test
  void a_vcpu_that_does_not_leave_has_nothing_to_go_on_with() throws IOException {
    Shell run =
        run(
            "pkvm-mainline",
            """
              - {vcpu: 0, does: [{share: 0x1000, expect: ok}], until: first-exit}
              - {check: 1, state: shared}
              - {vcpu: 0, goes-on: true}
            """);

    assertEquals("ok: 2 expectations hold", run.lastLine(), run.err());
  }

  @Test
  void going_on_from_nowhere_and_running_while_an_exit_waits_are_errors() throws IOException {
    Shell nowhere = run("tdx", "  - {vcpu: 0, goes-on: true}");
    Shell twice =
        run(
            "tdx",
            """
              - {vcpu: 0, does: [{share: 0x1000}], until: first-exit}
              - {vcpu: 0, does: [{touch: 0x2000}]}
            """);

    assertAll(
        () ->
            assertEquals(
                "gmem: "
                    + directory.resolve("story.yaml")
                    + ", line 7, column 5: vCPU 0 did not run until its first exit, so it cannot"
                    + " go on\n",
                nowhere.err()),
        () -> assertTrue(twice.err().contains("waits; let it go on first"), twice.err()));
  }

  @Test
  void a_read_through_a_reference_sees_what_a_device_would() throws IOException {
    Shell run =
        run(
            "tdx",
            """
              - {vcpu: 0, does: [{share: 0x1000}]}
              - process: host
                does:
                  - {read-pinned: 1, expect: none}
                  - {write: 1, value: 0x42}
                  - {pin: 1, expect: ok}
                  - {read-pinned: 1, expect: 0x42}
                  - unpin: 1
                  - {read-pinned: 1, expect: none}
            """);

    assertEquals("ok: 4 expectations hold", run.lastLine(), run.err());
  }

  @Test
  void a_reboot_keeps_the_states_or_resets_them_and_the_new_guest_knows_of_nothing()
      throws IOException {
    String steps =
        """
          - {vcpu: 0, does: [{share: 0x1000}]}
          - {vmm: [{reboot: WORD, expect: RESULT}]}
          - {check: 1, state: STATE}
          - {vcpu: 0, does: [{touch: 0x2000, expect: ok}], exits: [halt]}
          - {check: 0, state: private}
        """;

    Shell kept =
        run(
            "tdx",
            steps.replace("WORD", "kept").replace("RESULT", "none").replace("STATE", "shared"));
    Shell reset =
        run(
            "tdx",
            steps
                .replace("WORD", "reset")
                .replace("RESULT", "converted")
                .replace("STATE", "private"));

    assertAll(
        () -> assertEquals("ok: 5 expectations hold", kept.lastLine(), kept.err()),
        () -> assertEquals("ok: 5 expectations hold", reset.lastLine(), reset.err()));
  }

  @Test
  void a_guest_that_cannot_go_on_is_stopped_until_the_next_boot() throws IOException {
    Shell run =
        run(
            "snp",
            """
              - {vcpu: 0, does: [{share: 0x1000}]}
              - {process: host, does: [{pin: 1}]}
              - vcpu: 0
                does: [{unshare: 0x1000, expect: unfinished}]
              - {vcpu: 1, does: [{touch: 0x2000, expect: unfinished}], exits: []}
              - {vmm: [{reboot: kept}]}
              - {vcpu: 1, does: [{touch: 0x2000, expect: ok}]}
            """);

    assertAll(
        () -> assertEquals("ok: 4 expectations hold", run.lastLine(), run.err()),
        () -> assertTrue(run.out().contains("stops the VM: its"), run.out()));
  }

  @Test
  void a_story_that_names_no_policy_needs_one_to_be_run() throws IOException {
    Path file = Files.writeString(directory.resolve("story.yaml"), BEGIN + "  - note: n\n");

    Shell run = Shell.gmem("run", file);

    assertAll(
        () -> assertEquals(2, run.code()),
        () ->
            assertEquals(
                "gmem: "
                    + file
                    + ": names no policy; say one with --policy, or play it under all with"
                    + " 'gmem compare'\n",
                run.err()));
  }

  @Test
  void a_policy_on_the_command_line_takes_the_place_of_the_one_in_the_file() {
    Shell run =
        Shell.gmem("run", "--policy", "tdx-in-run", Shell.SCENARIOS.resolve("eight-steps.yaml"));

    assertTrue(run.out().contains("policy tdx-in-run, "), run.out() + run.err());
    assertFalse(run.out().contains("policy tdx, "), run.out());
  }
}
