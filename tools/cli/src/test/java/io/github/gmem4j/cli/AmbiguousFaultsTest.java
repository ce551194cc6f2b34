package io.github.gmem4j.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A memory fault is ambiguous if, from what the VMM has seen and done, two situations that need
 * different reactions are possible.
 */
class AmbiguousFaultsTest {
  private static final Pattern COUNTED = Pattern.compile("\"ambiguousFaults\":(\\d+)");

  @TempDir Path directory;

  private static int ambiguous(String policy, Path story) {
    Shell compare = Shell.gmem("compare", "--json", "--policies", policy, story);
    Matcher counted = COUNTED.matcher(compare.out());
    assertTrue(counted.find(), compare.out() + compare.err());
    return Integer.parseInt(counted.group(1));
  }

  private static Path compared(String name) {
    return Shell.SCENARIOS.resolve("compare").resolve(name + ".yaml");
  }

  private Path story(String rest) throws IOException {
    return Files.writeString(
        directory.resolve("story.yaml"),
        """
        title: t
        memory: {pages: 8, image: 0-7}
        slots: [{gpa: 0x80000000}]
        processes: [host]
        """
            + rest);
  }

  /** The VMM has the request's exit, and has told nobody to convert. */
  @ParameterizedTest
  @CsvSource({"tdx", "snp", "tdx-in-run", "tdx-in-run-success", "pkvm-pending-private"})
  void a_request_that_the_vmm_has_not_answered_is_known(String policy) {
    assertEquals(0, ambiguous(policy, compared("touch-meanwhile")));
  }

  /** What it left to the kernel may have failed; its own try then tells. */
  @ParameterizedTest
  @CsvSource({
    "tdx, 0",
    "tdx-in-run, 0",
    "pkvm-run-on, 0",
    "tdx-in-run-success, 1",
    "pkvm-success-first, 1",
    "pkvm-pending-private, 17"
  })
  void a_pin_that_stays_is_guessed_until_the_vmm_has_tried_by_itself(String policy, int faults) {
    assertEquals(faults, ambiguous(policy, compared("pin-forever")));
  }

  /** The kernel drops the request for a newer one and tells the guest success. */
  @Test
  void a_request_that_the_kernel_dropped_looks_like_one_whose_page_is_held() {
    assertEquals(1, ambiguous("tdx-in-run-success", compared("second-vcpu")));
  }

  /** 32 faults on pages that no guest has asked for since the VM was created. */
  @ParameterizedTest
  @CsvSource({"tdx", "tdx-in-run", "tdx-in-run-success", "pkvm-success-first"})
  void a_page_that_nobody_asked_for_is_a_mismatch(String policy) {
    assertEquals(0, ambiguous(policy, compared("boot")));
  }

  @Test
  void a_page_that_the_vmm_refused_is_a_mismatch() throws IOException {
    Path refused =
        story(
            """
            participants: [{refuser: rdma, pages: 0-7, reason: in use}]
            steps:
              - {vcpu: 0, does: [{share: 0x80003000}, {unshare: 0x80003000, expect: gave-up}]}
              - {vcpu: 0, does: [{touch: 0x80003000, as: private, expect: unfinished}]}
            """);

    assertEquals(0, ambiguous("tdx-in-run-success", refused));
  }

  /** With and without the VMM's own try; it is of no use where the pages are others. */
  @ParameterizedTest
  @CsvSource({"3, 0", "4, 1", "0-7, 0", "6-9, 1"})
  void a_vmm_that_has_tried_of_its_own_accord_knows(String pages, int faults) throws IOException {
    Path tried =
        story(
            """
            steps:
              - {vcpu: 0, does: [{share: 0x80003000}]}
              - {process: host, does: [{pin: 3, kind: long-term}]}
              - {vcpu: 0, does: [{unshare: 0x80003000, expect: ok}]}
              - {vmm: [{convert: private, pages: PAGES}]}
              - {vcpu: 0, does: [{touch: 0x80003000, as: private, expect: unfinished}]}
            """
                .replace("PAGES", pages));

    assertEquals(faults, ambiguous("pkvm-success-first", tried));
  }

  /** Of four pages two were converted; the guest meets the others one by one. */
  @Test
  void a_guest_is_told_untruly_also_where_a_part_was_converted() {
    Shell compare =
        Shell.gmem("compare", "--json", "--policies", "tdx-in-run-success", compared("two-slots"));

    assertAll(
        () -> assertEquals("", compare.err()),
        () -> assertTrue(compare.out().contains("\"toldUntruly\":1,"), compare.out()),
        () -> assertTrue(compare.out().contains("\"ambiguousFaults\":2,"), compare.out()));
  }
}
