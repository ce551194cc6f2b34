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
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code gmem run} says at the end of a story, and when that is not "ok". */
class VerdictTest {
  private static final String BEGIN =
      """
      title: t
      memory: {pages: 8, image: 0-7}
      slots: [{gpa: 0x80000000}]
      processes: [host]
      """;

  /** The guest cannot have back what a process holds, and the VMM does not stop trying. */
  private static final String HELD_FOR_EVER =
      """
      patience: {pause-ms: 5, times: 1000000, then: refuse}
      steps:
        - {vcpu: 0, does: [{touch: 0x80003000}, {share: 0x80003000}]}
        - {process: host, does: [{pin: 3, kind: long-term}]}
        - {vcpu: 0, does: [{unshare: 0x80003000, expect: ok}]}
        - {check: 3, state: private}
      """;

  @TempDir Path directory;

  private Path story(String text) throws IOException {
    return Files.writeString(directory.resolve("story.yaml"), text);
  }

  private Shell run(String policy, String rest) throws IOException {
    return Shell.gmem("run", "--policy", policy, story(BEGIN + rest));
  }

  /** Where the VMM waits: in a loop of exits, in one call of the coordinator, at a fault. */
  @ParameterizedTest
  @ValueSource(strings = {"pkvm", "pkvm-unmap-first", "tdx", "snp", "tdx-in-run"})
  void a_loop_without_an_end_is_a_verdict_that_says_who_could_end_it(String policy)
      throws IOException {
    Shell run = run(policy, HELD_FOR_EVER);

    assertAll(
        () -> assertEquals(1, run.code()),
        () -> assertEquals("", run.err()),
        () ->
            assertTrue(
                run.lastLine()
                    .startsWith("endless: vCPU 0 does not get past 'unshare': from 0 ms to 499"),
                run.lastLine()),
        () ->
            assertTrue(
                run.lastLine()
                    .contains(
                        "and nothing changes; it could be ended by host, which holds page 3"
                            + " (long-term), or by the VMM, which goes on trying"),
                run.lastLine()),
        () -> assertTrue(run.out().contains("... and so on: the last"), run.out()),
        () -> assertTrue(run.out().lines().count() < 150, run.out()));
  }

  @Test
  void a_loop_without_an_end_is_a_row_of_a_comparison() throws IOException {
    Shell compare = Shell.gmem("compare", "--policies", "pkvm,tdx", story(BEGIN + HELD_FOR_EVER));

    assertAll(
        () -> assertEquals(1, compare.code()),
        () -> assertTrue(compare.out().contains("no end"), compare.out()),
        () -> assertTrue(compare.out().contains("\npkvm endless: vCPU 0 does"), compare.out()),
        () -> assertTrue(compare.out().contains("\ntdx endless: vCPU 0 does"), compare.out()));
  }

  @Test
  void a_patience_that_ends_is_not_a_loop_without_an_end() throws IOException {
    Shell run = run("pkvm", HELD_FOR_EVER.replace("1000000", "3000").replace("ok}", "gave-up}"));

    assertTrue(run.lastLine().contains("expected private, got shared"), run.lastLine());
    assertTrue(run.lastLine().startsWith("failed: "), run.lastLine());
  }

  @Test
  void a_pin_that_will_be_released_is_not_a_loop_without_an_end() throws IOException {
    Shell run = run("pkvm", HELD_FOR_EVER.replace("long-term", "long-term, for-ms: 1000"));

    assertEquals("ok: 2 expectations hold", run.lastLine());
  }

  /** 128 GiB in pieces of 2 MiB, all of which ask for something else. */
  @Test
  void a_request_that_no_timeline_can_show_is_cut_off() throws IOException {
    Shell run =
        Shell.gmem(
            "run",
            story(
                """
                title: t
                policy: tdx
                memory: {pages: 1}
                steps:
                  - {vcpu: 0, does: [{map-gpa: 0x800000000000, r13: 0x2000000000}]}
                """));

    assertAll(
        () -> assertEquals(1, run.code()),
        () ->
            assertTrue(
                run.lastLine().contains("map-gpa-range x 10000, no two of them alike"),
                run.lastLine()),
        () -> assertTrue(run.out().contains(" lines are left out here; --json has them all\n")));
  }

  @Test
  void a_vm_that_was_stopped_is_not_ok_unless_the_story_says_so() throws IOException {
    String steps =
        """
        patience: {pause-ms: 1, times: 1, then: refuse}
        steps:
          - {vcpu: 0, does: [{share: 0x80003000}]}
          - {process: host, does: [{pin: 3}]}
          - {vcpu: 0, does: [{unshare: 0x80003000EXPECTED}]EXITS}
        """;

    Shell silent = run("snp", steps.replace("EXPECTED", "").replace("EXITS", ""));
    Shell action =
        run("snp", steps.replace("EXPECTED", ", expect: unfinished").replace("EXITS", ""));

    assertAll(
        () -> assertEquals(1, silent.code()),
        () ->
            assertTrue(
                silent
                    .lastLine()
                    .startsWith(
                        "stopped: the VM was stopped at 1 ms, vCPU 0 could not get past 'unshare'"
                            + " ("),
                silent.lastLine()),
        () -> assertEquals("ok: 1 expectation holds", action.lastLine()));
  }

  @Test
  void whoever_reads_what_a_guest_wrote_for_itself_was_not_to() throws IOException {
    Shell run =
        run(
            "software-protected",
            """
            steps:
              - {vcpu: 0, does: [{write: 0x80003000, value: 0x77}]}
              - {vmm: [{convert: shared, pages: 3}]}
              - {process: host, does: [{read: 3, expect: 0x77}]}
            """);

    assertEquals(1, run.code());
    assertEquals(
        "exposed: host read 0x77 from page 3 at 0 ms, which the guest wrote as private",
        run.lastLine());
  }

  @Test
  void what_a_guest_offers_may_be_read() throws IOException {
    Shell run =
        run(
            "software-protected",
            """
            steps:
              - {vcpu: 0, does: [{write: 0x80003000, value: 0x77}, {share: 0x80003000}]}
              - {process: host, does: [{read: 3, expect: 0x77}]}
            """);

    assertEquals("ok: 1 expectation holds", run.lastLine());
  }

  @Test
  void an_attempt_past_the_page_tables_that_does_not_get_it_is_told() throws IOException {
    Shell run =
        run(
            "pkvm-mainline",
            """
            steps:
              - {vcpu: 0, does: [{touch: 0x80003000}, {share: 0x80003000}]}
              - {process: host, does: [{pin: 3}]}
              - {vcpu: 0, does: [{unshare: 0x80003000}, {write: 0x80003000, value: 0x77}]}
              - {process: host, does: [{read: 3, expect: sigsegv}, {read-pinned: 3}]}
            """);

    assertEquals(
        "ok: 1 expectation holds; defended: host did not get what the guest wrote to page 3"
            + " (0x00)",
        run.lastLine());
  }

  @Test
  void a_comparison_says_who_is_exposed_and_who_is_defended() throws IOException {
    Shell compare =
        Shell.gmem(
            "compare",
            "--policies",
            "tdx,software-protected",
            "--columns",
            "exposure",
            story(
                BEGIN
                    + """
                    steps:
                      - {vcpu: 0, does: [{write: 0x80003000, value: 0x77}]}
                      - {vmm: [{convert: shared, pages: 3}]}
                      - {process: host, does: [{pin: 3}, {read-pinned: 3}]}
                    """));

    assertEquals(
        """
        t

        policy              exposure
        ------------------  ----------
        tdx                 defended 1
        software-protected  exposed 1

        software-protected exposed: host read 0x77 from page 3 at 0 ms, which the guest wrote as \
        private
        """,
        compare.out());
    assertEquals(1, compare.code());
  }

  @Test
  void a_story_that_expects_nothing_says_so_and_what_it_saw() throws IOException {
    Shell run =
        run(
            "tdx",
            """
            steps:
              - {vcpu: 0, does: [{share: 0x80003000}, {touch: 0x90000000, as: shared}]}
              - {process: host, does: [{read: 3}, {read: 3}, {read: 3}]}
            """);

    assertEquals(
        "ok: nothing was expected; seen: vCPU 0: share ok, touch unfinished; host: read 0x35 x 3;"
            + " exits: map-gpa-range, mmio",
        run.lastLine());
  }

  @Test
  void a_repeated_exit_is_counted() throws IOException {
    String steps =
        """
        steps:
          - {vcpu: 0, does: [{share: 0x80003000}]}
          - {process: host, does: [{pin: 3}]}
          - {vcpu: 0, does: [{unshare: 0x80003000}], exits: [EXITS]}
        """;

    Shell right = run("pkvm", steps.replace("EXITS", "unshare x 202, halt"));
    Shell wrong = run("pkvm", steps.replace("EXITS", "unshare, halt"));

    assertAll(
        () -> assertEquals("ok: 1 expectation holds", right.lastLine()),
        () ->
            assertTrue(
                wrong.lastLine().endsWith("expected unshare, halt, got unshare x 202, halt"),
                wrong.lastLine()));
  }

  @Test
  void the_pages_of_a_slot_mean_what_those_of_the_memory_mean() throws IOException {
    Shell run =
        Shell.gmem(
            "run",
            story(
                """
                title: t
                policy: tdx
                memory: {pages: 8, image: 0-7}
                slots:
                  - {gpa: 0x80000000, pages: 4}
                  - {gpa: 0x90000000, pages: 4-7}
                steps:
                  - vcpu: 0
                    does:
                      - {touch: 0x80003000, expect: ok}
                      - {touch: 0x90003000, expect: ok}
                """));

    assertEquals("ok: 2 expectations hold", run.lastLine(), run.err());
  }
}
