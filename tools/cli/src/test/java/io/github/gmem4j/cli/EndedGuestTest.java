package io.github.gmem4j.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A guest that ends itself, as it is told. Sources: Linux 7.3 {@code
 * sev_handle_vmgexit_msr_protocol} of {@code arch/x86/kvm/svm/sev.c} (the exit), {@code
 * vmgexit_psc} of {@code arch/x86/coco/sev/core.c} and EDK2 {@code PageStateChangeVmgExit} (the
 * guests' reasons).
 */
class EndedGuestTest {
  private static final String STORY =
      """
      title: t
      memory: {pages: 4, begins: shared}
      slots: [{gpa: 0}]
      participants: [{refuser: migration, reason: in flight}]
      steps:
        - {vcpu: 0, does: [{unshare: 0x1000}]}
      """;

  @TempDir Path directory;

  private Path story(String more) throws IOException {
    return Files.writeString(directory.resolve("story.yaml"), STORY + more);
  }

  @ParameterizedTest
  @CsvSource({"linux, 0x11100", "linux-without-ghcb, 0x11100", "ovmf, 0x100"})
  void a_timeline_tells_the_exit_and_its_word(String guest, String word) throws IOException {
    Path file = story("policy: snp\nguest: " + guest + "\n");

    String text = Shell.gmem("run", file).out().replaceAll("[ |\n]+", " ");
    Shell json = Shell.gmem("run", "--json", file);

    assertAll(
        () -> assertTrue(text.contains("KVM_EXIT_SYSTEM_EVENT SEV_TERM"), text),
        () -> assertFalse(text.contains("KVM_RUN fails"), text),
        () ->
            assertTrue(
                json.out()
                    .contains(
                        "\"exit\":\"system-event\",\"kind\":\"terminated\",\"data\":[\""
                            + word
                            + "\"]"),
                json.out()));
  }

  @Test
  void a_comparison_counts_it_apart_from_failed_runs() throws IOException {
    String row =
        Shell.gmem("compare", "--markdown", story(""))
            .out()
            .lines()
            .filter(line -> line.startsWith("| snp |"))
            .findFirst()
            .orElseThrow();

    assertAll(
        () -> assertTrue(row.contains("system-event 1"), row),
        () -> assertTrue(row.contains("ended itself 1"), row),
        () -> assertFalse(row.contains("failed 1"), row));
  }
}
