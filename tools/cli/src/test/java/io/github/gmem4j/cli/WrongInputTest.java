package io.github.gmem4j.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
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

/** Whatever cannot be used is exit code 2 and one sentence that names it. */
class WrongInputTest {
  private static final String GOOD =
      """
      title: t
      policy: tdx
      memory: {pages: 2, begins: shared}
      slots: [{gpa: 0x1000}]
      processes: [host]
      participants: [{iommu: vfio}]
      steps:
        - {check: 0-1, state: shared}
        - {vcpu: 0, does: [{touch: 0x1000, as: shared}]}
        - {process: host, does: [{touch: 1}]}
      """;

  @TempDir Path directory;

  private static void assertUnusable(String sentence, Shell run) {
    assertAll(
        () -> assertEquals(2, run.code()),
        () -> assertEquals("gmem: " + sentence + "\n", run.err()),
        () -> assertEquals("", run.out()));
  }

  /** Plays the good scenario with one thing changed. */
  private Shell changed(String from, String to) throws IOException {
    assertTrue(GOOD.contains(from), from);
    Path file = Files.writeString(directory.resolve("story.yaml"), GOOD.replace(from, to));
    return Shell.gmem("run", file);
  }

  @Test
  void the_scenario_that_these_tests_spoil_is_good() throws IOException {
    assertEquals(0, changed("title: t", "title: u").code());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          policy: tdx | polcy: tdx | line 2, column 1: unknown key 'polcy' in a scenario, \
          which has title, description, policy, kernel, guest, launch, implicit, patience, \
          memory, slots, vcpus, processes, participants, steps
          policy: tdx | policy: sgx | line 2, column 9: no policy is named "sgx"; installed are \
          pkvm, pkvm-android, pkvm-mainline, pkvm-one-try, pkvm-pending-private, pkvm-run-on, \
          pkvm-success-first, pkvm-unmap-first, snp, software-protected, tdx, tdx-in-run, \
          tdx-in-run-success
          pages: 2 | pages: two | line 3, column 17: a number is expected (such as 4096 or \
          0x1000), not 'two'
          pages: 2 | pages: 0 | line 3, column 17: a number from 1 to 4503599627370496 is \
          expected, not 0
          pages: 2 | size: 2 | line 3, column 10: unknown key 'size' in the memory, which has \
          pages, begins, mappable, image
          begins: shared | begins: open | line 3, column 28: 'open' is none of private, shared
          pages: 2 | pages: 2, pages: 3 | line 3, column 20: the key 'pages' is here twice
          0x1000}] | 0x1001}] | line 4, column 9: slot 0 cannot be bound: EINVAL, not page \
          aligned: gpa 0x1001, size 0x2000
          gpa: 0x1000 | gpa: [1] | line 4, column 15: a text is expected, not a list
          iommu: vfio | dma: vfio | line 6, column 16: a participant needs one of the keys \
          driver, iommu, refuser
          iommu: vfio | iommu: host | line 1, column 1: two of the actors of this scenario are \
          called 'host'
          check: 0-1 | check: 1-2 | line 8, column 13: the memory has 2 pages, so its last is \
          page 1
          check: 0-1 | check: 1-0 | line 8, column 13: pages are expected (such as 3 or 0-7), \
          not '1-0'
          - {check: 0-1 | - {chekc: 0-1 | line 8, column 5: a step needs one of the keys note, \
          vcpu, process, vmm, fault, check
          vcpu: 0 | vcpu: 1 | line 9, column 12: a number from 0 to 0 is expected, not 1
          {touch: 0x1000 | {tuch: 0x1000 | line 9, column 22: a guest's action needs one of \
          the keys request, share, unshare, touch, read, write, accept, pvalidate, map-gpa
          process: host | process: hots | line 10, column 15: 'hots' is none of host
          {touch: 1} | {touch: 1, read: 1} | line 10, column 28: a process's action has one of \
          the keys touch, read, not several
          {touch: 1} | {touch: 1, expect: no} | line 10, column 47: 'no' is none of ok, \
          sigbus, sigsegv
          """)
  void a_mistake_is_named_with_its_place(String from, String to, String sentence)
      throws IOException {
    assertUnusable(directory.resolve("story.yaml") + ", " + sentence, changed(from, to));
  }

  @Test
  void a_file_that_is_not_there_is_named() {
    Path file = directory.resolve("nowhere.yaml");

    assertUnusable(file + ": no such file", Shell.gmem("run", file));
    assertEquals(2, Shell.gmem("replay", file).code());
  }

  @Test
  void a_file_that_is_not_yaml_is_named_with_the_place() throws IOException {
    Shell run = changed("memory: {pages: 2", "memory: {pages: 2]");

    assertEquals(2, run.code());
    assertTrue(run.err().startsWith("gmem: " + directory.resolve("story.yaml") + ", line 3,"));
    assertEquals(1, run.err().lines().count(), run.err());
  }

  @Test
  void an_empty_file_a_directory_and_a_second_document_are_named() throws IOException {
    Path empty = Files.writeString(directory.resolve("empty.yaml"), "");

    assertUnusable(empty + ": is empty", Shell.gmem("run", empty));
    assertUnusable(directory + ": is a directory", Shell.gmem("run", directory));
    assertEquals(2, changed("title: t", "title: t\n---\ntitle: u").code());
  }

  @Test
  void an_action_of_another_policy_is_named() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("story.yaml"),
            """
            title: t
            policy: software-protected
            memory: {pages: 1}
            steps:
              - {vcpu: 0, does: [{map-gpa: 0, r13: 0x1000}]}
            """);

    assertUnusable(
        file
            + ", line 5, column 22: 'map-gpa' is for the policy 'tdx', and this scenario's is"
            + " 'software-protected'",
        Shell.gmem("run", file));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          title: t | title: "a\\e[31mb" | line 1, column 8: the character <U+001B> has no place \
          in a text
          title: t | title: "a\\nb" | line 1, column 8: a text of one line is expected
          [host] | ["h\\u202Eost"] | line 5, column 13: the character <U+202E> has no place in a \
          text
          iommu: vfio | iommu: "v\\uD800" | line 6, column 24: the character <U+D800> has no \
          place in a text
          touch: 1 | "\\x9b": 1 | line 10, column 28: a process's action needs one of the keys \
          touch, read, write, keep-touching, pin, read-pinned, unpin
          policy: tdx | "\\e": tdx | line 2, column 1: unknown key '<U+001B>' in a scenario, \
          which has title, description, policy, kernel, guest, launch, implicit, patience, \
          memory, slots, vcpus, processes, participants, steps
          """)
  void a_character_that_does_something_to_a_terminal_is_named(
      String from, String to, String sentence) throws IOException {
    assertUnusable(directory.resolve("story.yaml") + ", " + sentence, changed(from, to));
  }

  @Test
  void a_file_that_is_not_utf_8_or_too_large_is_named() throws IOException {
    Path latin = Files.write(directory.resolve("latin.yaml"), "title: \u00fc".getBytes(ISO_8859_1));
    Path wide = Files.write(directory.resolve("wide.yaml"), GOOD.getBytes(UTF_16));
    Path large = Files.writeString(directory.resolve("large.yaml"), GOOD + "#".repeat(1 << 22));

    assertUnusable(latin + ": is not UTF-8 text", Shell.gmem("run", latin));
    assertUnusable(wide + ": is not UTF-8 text", Shell.gmem("run", wide));
    assertUnusable(large + ": is larger than 4194304 bytes", Shell.gmem("compare", large));
  }

  @Test
  void wrong_usage_is_named() {
    assertUnusable(
        "Unknown option: '--colour' (see gmem run --help)", Shell.gmem("run", "--colour", "x"));
    assertUnusable(
        "Missing required parameter: 'SCENARIO' (see gmem run --help)", Shell.gmem("run"));
    assertUnusable("Missing required subcommand (see gmem --help)", Shell.gmem());
    assertUnusable("Unknown option: '--frob' (see gmem run --help)", Shell.gmem("run", "--frob"));
    assertUnusable(
        "Unknown options: '--frob', '-x' (see gmem tables --help)",
        Shell.gmem("tables", "--frob", "-x"));
    assertEquals(2, Shell.gmem("rnu").code());
    assertUnusable(
        "--diagram is for one scenario, and here are 2",
        Shell.gmem("run", "--diagram", "x.svg", "a.yaml", "b.yaml"));
  }

  @Test
  void a_diagram_that_cannot_be_written_is_named() {
    Path picture = directory.resolve("nowhere/x.svg");

    Shell run = Shell.gmem("run", "--diagram", picture, Shell.SCENARIOS.resolve("refused.yaml"));

    assertEquals(2, run.code());
    assertEquals(
        "gmem: " + picture + ": cannot be written, there is no such directory\n", run.err());
  }
}
