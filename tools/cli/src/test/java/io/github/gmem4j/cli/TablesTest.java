package io.github.gmem4j.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables in documents. */
class TablesTest {
  private static final String STORY =
      """
      title: t
      memory: {pages: 1}
      slots: [{gpa: 0}]
      steps:
        - {vcpu: 0, does: [{touch: 0}]}
      """;
  private static final String DOCUMENT =
      """
      before
      <!-- gmem compare story.yaml --policies software-protected --columns runs -->
      stale
      <!-- gmem end -->
      after
      """;
  private static final String FRESH =
      """
      before
      <!-- gmem compare story.yaml --policies software-protected --columns runs -->

      | policy | run() |
      | --- | --- |
      | software-protected | 1 |

      <!-- gmem end -->
      after
      """;

  @TempDir Path directory;

  private Path document(String text) throws IOException {
    Files.writeString(directory.resolve("story.yaml"), STORY);
    return Files.writeString(directory.resolve("document.md"), text);
  }

  /** The debate's evidence is what the engine does today. */
  @Test
  void the_tables_of_the_debate_are_up_to_date() {
    Path debate = Shell.ROOT.resolve("docs/debate.md");

    Shell check = Shell.gmem("tables", "--check", debate);

    assertEquals(debate + ": up to date\n", check.out() + check.err());
    assertEquals(0, check.code());
  }

  @Test
  void a_stale_table_is_made_anew_and_a_fresh_one_left_alone() throws IOException {
    Path document = document(DOCUMENT);

    Shell first = Shell.gmem("tables", document);
    Shell second = Shell.gmem("tables", document);

    assertAll(
        () -> assertEquals(FRESH, Files.readString(document)),
        () -> assertEquals(document + ": rewritten\n", first.out() + first.err()),
        () -> assertEquals(document + ": up to date\n", second.out()));
  }

  @Test
  void checking_changes_nothing_and_fails_when_a_table_is_stale() throws IOException {
    Path document = document(DOCUMENT);

    Shell check = Shell.gmem("tables", "--check", document);

    assertAll(
        () -> assertEquals(1, check.code()),
        () -> assertTrue(check.out().contains("stale"), check.out()),
        () -> assertEquals(DOCUMENT, Files.readString(document)));
  }

  @Test
  void a_table_without_an_end_or_with_a_mistake_is_named_with_its_line() throws IOException {
    Path endless = document(DOCUMENT.replace("<!-- gmem end -->", ""));
    Shell noEnd = Shell.gmem("tables", endless);
    Path wrong = document(DOCUMENT.replace("--columns runs", "--columns legs"));
    Shell noColumn = Shell.gmem("tables", wrong);
    Shell noFile = Shell.gmem("tables", directory.resolve("nowhere.md"));

    assertAll(
        () ->
            assertEquals(
                "gmem: "
                    + endless
                    + ", line 2, column 1: this table has no end, which is a line"
                    + " '<!-- gmem end -->'\n",
                noEnd.err()),
        () ->
            assertTrue(
                noColumn.err().startsWith("gmem: " + wrong + ", line 2, column 1: no column is"),
                noColumn.err()),
        () -> assertTrue(noFile.err().endsWith("nowhere.md: no such file\n"), noFile.err()),
        () -> assertEquals(2, noEnd.code() & noColumn.code() & noFile.code()));
  }
}
