package io.github.gmem4j.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What can be done in a story beside conversions and accesses. */
class StoryVerbsTest {
  private static final String BEGIN =
      """
      title: t
      memory: {pages: 8, image: 0-7}
      slots: [{gpa: 0x80000000}]
      processes: [host]
      """;

  @TempDir Path directory;

  private Path story(String text) throws IOException {
    return Files.writeString(directory.resolve("story.yaml"), text);
  }

  private Shell run(String policy, String rest) throws IOException {
    return Shell.gmem("run", "--policy", policy, story(BEGIN + rest));
  }

  private void assertHolds(int expectations, Shell run) {
    assertEquals(
        "ok: " + expectations + " expectations hold", run.lastLine(), () -> run.err() + run.out());
  }

  @Test
  void the_vmm_frees_allocates_and_sees_the_state_outlive_the_page() throws IOException {
    assertHolds(
        4,
        run(
            "software-protected",
            """
            steps:
              - {vcpu: 0, does: [{share: 0x80003000}]}
              - {process: host, does: [{write: 3, value: 0x42}]}
              - {vmm: [{discard: 3, expect: ok}, {allocate: 8, expect: EINVAL}]}
              - {check: 3, state: shared}
              - {process: host, does: [{read: 3, expect: 0x00}]}
            """));
  }

  @Test
  void a_memory_error_hits_a_page_that_is_there() throws IOException {
    assertHolds(
        3,
        run(
            "software-protected",
            """
            steps:
              - {vcpu: 0, does: [{touch: 0x80003000}]}
              - {vmm: [{poison: 3, expect: ok}, {poison: 8, expect: EINVAL}]}
              - {vcpu: 0, does: [{touch: 0x80003000, expect: unfinished}]}
            """));
  }

  @Test
  void a_launch_by_hand_is_populated_and_finalized_once() throws IOException {
    assertHolds(
        5,
        Shell.gmem(
            "run",
            story(
                """
                title: t
                policy: tdx
                launch: by-hand
                memory: {pages: 4}
                slots: [{gpa: 0x80000000}]
                steps:
                  - vmm:
                      - {populate: 0x80000000, pages: 2, expect: ok}
                      - {finalize: true, expect: ok}
                      - {finalize: true, expect: EINVAL}
                      - {populate: 0x80002000, expect: EINVAL}
                  - {vcpu: 0, does: [{touch: 0x80001000, expect: ok}]}
                """)));
  }

  @Test
  void pages_are_mapped_ahead_of_their_first_touch() throws IOException {
    Shell run =
        run(
            "software-protected",
            """
            steps:
              - {vmm: [{prefault: 0x80000000, pages: 8, expect: ok}]}
              - {vmm: [{prefault: 0x80007000, pages: 2, expect: partly}]}
              - {vcpu: 0, does: [{touch: 0x80005000, expect: ok}]}
            """);

    assertHolds(3, run);
    assertEquals(8, run.out().lines().filter(line -> line.contains("fault allowed:")).count());
  }

  @Test
  void a_slot_may_be_asked_for_wrongly() throws IOException {
    assertHolds(
        5,
        run(
            "software-protected",
            """
            steps:
              - vmm:
                  - set-slot: {slot: 1, flags: 4, gpa: 0x80001000, size: 0x1000, memory: true}
                    expect: EEXIST
                  - {set-slot: {slot: 1, flags: 4, gpa: 0x90000000, size: 0x1000}, expect: EBADF}
                  - set-slot: {slot: 1, flags: 4, gpa: 0x1, size: 0x1000, memory: true}
                    expect: EINVAL
                  - {set-slot: {slot: 0}, expect: ok}
                  - set-slot: {slot: 7, flags: 4, gpa: 0x90000000, size: 0x8000, memory: true}
                    expect: ok
            """));
  }

  /** An interrupt that is pending ends MapGPA between two pieces: tdx.c, tdx_map_gpa. */
  @Test
  void an_interrupt_is_queued_while_a_question_waits() throws IOException {
    Shell run =
        Shell.gmem(
            "run",
            story(
                """
                title: t
                policy: tdx
                memory: {pages: 1024}
                slots: [{gpa: 0x80000000}]
                steps:
                  - vcpu: 0
                    does:
                      - {map-gpa: 0x800080000000, r13: 0x400000, r11: 0x800080200000, expect: retry}
                    until: first-exit
                  - {vmm: [{interrupt: 0}]}
                  - {vcpu: 0, goes-on: true}
                """));

    assertHolds(2, run);
  }

  @Test
  void a_kick_makes_a_vcpu_leave_and_the_vmm_runs_it_again() throws IOException {
    assertHolds(
        2,
        run(
            "tdx",
            """
            steps:
              - {vmm: [{kick: 0}]}
              - vcpu: 0
                does: [{share: 0x80003000, expect: ok}]
                exits: [interrupted, map-gpa-range, halt]
            """));
  }

  @Test
  void firmware_accepts_many_pages_each_of_which_costs_a_fault_where_they_are_shared()
      throws IOException {
    String steps =
        """
        steps:
          - {vmm: [{convert: shared, pages: 0-7}]}
          - {vmm: [{reboot: kept}]}
          - {vcpu: 0, does: [{accept: 0x80000000, pages: 8, expect: ok}], exits: [EXITS]}
          - {check: 0-7, state: private}
        """;

    Shell tdx =
        Shell.gmem(
            "run",
            "--policy",
            "tdx",
            story(
                BEGIN.replace(", image: 0-7", "")
                    + steps.replace("EXITS", "memory-fault x 8, halt")));

    assertHolds(10, tdx);
  }

  /** What takes a page differs; that it is taken does not. */
  @ParameterizedTest
  @CsvSource({"tdx", "snp", "pkvm", "software-protected"})
  void to_accept_is_a_word_for_every_architecture(String policy) throws IOException {
    Shell run =
        Shell.gmem(
            "run",
            "--policy",
            policy,
            story(
                """
                title: t
                memory: {pages: 8}
                slots: [{gpa: 0x80000000}]
                steps:
                  - {vcpu: 0, does: [{accept: 0x80000000, pages: 2, expect: ok}]}
                """));

    assertHolds(2, run);
  }

  @Test
  void an_accept_of_a_size_and_a_pvalidate_are_instructions_of_their_own() throws IOException {
    Shell tdx =
        Shell.gmem(
            "run",
            story(
                """
                title: t
                policy: tdx
                memory: {pages: 1024}
                slots: [{gpa: 0x80000000}]
                steps:
                  - {vcpu: 0, does: [{accept: 0x80000000, size: 2m, expect: error}]}
                """));
    Shell snp =
        run(
            "snp",
            """
            steps:
              - {vcpu: 0, does: [{pvalidate: 0x80003000, expect: unchanged}]}
              - {vcpu: 0, does: [{pvalidate: 0x80003000, validated: false, expect: ok}]}
              - {vcpu: 0, does: [{pvalidate: 0x80003000, expect: ok}]}
            """);
    Shell other = run("pkvm", "steps: [{vcpu: 0, does: [{pvalidate: 0x80003000}]}]");

    assertAll(
        () -> assertEquals("ok: 1 expectation holds", tdx.lastLine(), tdx.out()),
        () -> assertHolds(3, snp),
        () ->
            assertTrue(
                other.err().contains("'pvalidate' is for the policy 'snp', and this scenario's is"),
                other.err()));
  }

  @Test
  void r11_is_compared_too() throws IOException {
    Shell run =
        run(
            "tdx",
            """
            steps:
              - {vcpu: 0, does: [{map-gpa: 0x80000010, r13: 0x1000, r11: 0x10}]}
            """);

    assertTrue(
        run.lastLine()
            .endsWith("registers after action 1 of vCPU 0: expected 0x10, got 0x80000010"),
        run.lastLine());
  }

  @Test
  void something_goes_wrong_once_at_a_place_that_is_named() throws IOException {
    Shell run =
        run(
            "tdx",
            """
            steps:
              - {vcpu: 0, does: [{share: 0x80003000, pages: 2, expect: ok}]}
              - fault: core.reserve-state
              - {vcpu: 0, does: [{unshare: 0x80003000, expect: gave-up}]}
              - {vcpu: 0, does: [{unshare: 0x80003000, expect: ok}]}
            """);

    assertHolds(3, run);
    assertTrue(run.out().contains("core.reserve-state"), run.out());
  }

  @Test
  void a_fault_that_nobody_comes_by_is_not_ok() throws IOException {
    Shell typo = run("tdx", "steps: [fault: core.reserve-stat]");
    Shell grammar = run("tdx", "steps: [fault: Core]");

    assertAll(
        () -> assertEquals(1, typo.code()),
        () ->
            assertTrue(
                typo.lastLine()
                    .endsWith("nothing went wrong at 'core.reserve-stat': nobody came by"),
                typo.lastLine()),
        () -> assertEquals(2, grammar.code()),
        () -> assertTrue(grammar.err().contains("a fault is named by words"), grammar.err()));
  }

  @Test
  void the_vmm_may_deny_implicit_conversions_or_bound_them() throws IOException {
    String steps =
        """
        steps:
          - {vcpu: 0, does: [{touch: 0x80003000, as: shared, expect: RESULT}]}
        """;

    assertAll(
        () ->
            assertEquals(
                "ok: 1 expectation holds",
                run("tdx", "implicit: deny\n" + steps.replace("RESULT", "unfinished")).lastLine()),
        () ->
            assertEquals(
                "ok: 1 expectation holds",
                run("tdx", "implicit: {limit: 1}\n" + steps.replace("RESULT", "ok")).lastLine()));
  }

  @Test
  void a_kernel_that_keeps_the_state_with_the_vm_converts_through_it_only() throws IOException {
    assertHolds(
        8,
        run(
            "software-protected",
            """
            kernel: vm-attributes
            steps:
              - {check: 0-7, state: private}
              - vcpu: 0
                does: [{write: 0x80003000, value: 0x42}, {read: 0x80003000, expect: 0x42}]
              - vmm:
                  - {convert: shared, pages: 3, expect: ENOTTY}
                  - {attributes: shared, gpa: 0x80003000, expect: converted}
                  - {attributes: shared, gpa: 0x80003000, expect: already-there}
              - {check: 3, state: shared}
              - {vcpu: 0, does: [{unshare: 0x80003000, expect: ok}]}
              - {check: 3, state: private}
            """));
  }

  @Test
  void the_guest_of_a_story_may_be_named() throws IOException {
    String steps =
        """
        steps:
          - {vcpu: 0, does: [{share: 0x80003000}]}
          - {process: host, does: [{pin: 3}]}
          - {vcpu: 0, does: [{unshare: 0x80003000, expect: RESULT}]}
        """;
    String impatient = "patience: {pause-ms: 1, times: 1, then: refuse}\n";

    Shell linux = run("snp", impatient + "guest: linux\n" + steps.replace("RESULT", "unfinished"));
    Shell svsm = run("snp", impatient + "guest: coconut-svsm\n" + steps.replace("RESULT", "ok"));
    Shell unknown = run("snp", "guest: windows\n" + steps.replace("RESULT", "ok"));
    Shell android = run("pkvm", "guest: android\n" + steps.replace("RESULT", "gave-up"));
    Shell none = run("software-protected", "guest: linux\n" + steps.replace("RESULT", "ok"));

    assertAll(
        () -> assertEquals("ok: 1 expectation holds", linux.lastLine(), linux.err()),
        () -> assertTrue(svsm.out().contains("policy snp, guest coconut-svsm, "), svsm.err()),
        () ->
            assertTrue(
                unknown
                    .err()
                    .contains(
                        ", line 5, column 8: no guest 'windows' under the policy 'snp', which knows"
                            + " linux, "),
                unknown.err()),
        () -> assertTrue(android.out().contains("policy pkvm, guest android, "), android.err()),
        () -> assertTrue(none.err().contains("which knows none by name"), none.err()));
  }
}
