package io.github.gmem4j.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables in documents. */
class TablesTest {
  static final String STORY =
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

  /** Whoever sends a document must not get more than a table of it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "--diagram written.svg",
        "--class-path .",
        "--markdown",
        "--json",
        "--help",
        "--version",
        "@arguments",
        "another.yaml"
      })
  void a_document_makes_tables_and_nothing_else(String words) throws IOException {
    Files.writeString(directory.resolve("arguments"), "--columns runs\n");
    Path document = document(DOCUMENT.replace("--columns runs", words));

    for (boolean checks : List.of(true, false)) {
      Shell shell =
          checks ? Shell.gmem("tables", "--check", document) : Shell.gmem("tables", document);

      assertAll(
          () -> assertEquals(2, shell.code(), shell.out()),
          () ->
              assertTrue(
                  shell.err().startsWith("gmem: " + document + ", line 2, column 1: Un"),
                  shell.err()),
          () -> assertTrue(shell.err().contains(words.replaceFirst(" .*", "")), shell.err()),
          () -> assertEquals(1, shell.err().lines().count(), shell.err()));
    }
    try (Stream<Path> files = Files.list(directory)) {
      assertEquals(3, files.count());
    }
  }

  @Test
  void a_document_cannot_have_a_pipe_or_a_device_read() throws IOException {
    Path document = document(DOCUMENT.replace("story.yaml", "/dev/null"));

    Shell shell = Shell.gmem("tables", "--check", document);

    assertTrue(shell.err().endsWith("/dev/null: is not a file\n"), shell.err());
  }

  /** The second has no end, and what is between the two is not part of a table. */
  @Test
  void a_table_without_an_end_before_or_behind_a_whole_one_is_named() throws IOException {
    String begin = "<!-- gmem compare story.yaml --columns runs -->\n";
    String whole = begin + "<!-- gmem end -->\n";

    Shell behind = Shell.gmem("tables", document(whole + begin + "text\n"));
    Shell before = Shell.gmem("tables", document(begin + "text\n" + whole));
    Shell alone = Shell.gmem("tables", document(whole + "<!-- gmem end -->\n"));

    assertAll(
        () -> assertTrue(behind.err().contains("line 3, column 1: this table has no end")),
        () -> assertTrue(before.err().contains("line 1, column 1: this table has no end")),
        () -> assertTrue(alone.err().contains("line 3, column 1: a table ends here, and none")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n", "\r"})
  void lines_end_as_they_did(String end) throws IOException {
    for (String last : List.of("", end)) {
      Path document = document(DOCUMENT.strip().replace("\n", end) + last);

      Shell first = Shell.gmem("tables", document);
      Shell second = Shell.gmem("tables", "--check", document);

      assertAll(
          () -> assertEquals(document + ": rewritten\n", first.out() + first.err()),
          () -> assertEquals(FRESH.strip().replace("\n", end) + last, Files.readString(document)),
          () -> assertEquals(document + ": up to date\n", second.out() + second.err()));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "\n", "a\r\nb\r\n", "a\nb", "a\rb\r\n\n", "\u0085a\u2028", "\r\n\r\n "})
  void a_document_without_a_table_is_up_to_date_and_left_alone(String text) throws IOException {
    Path document = document(text);

    Shell check = Shell.gmem("tables", "--check", document);
    Shell write = Shell.gmem("tables", document);

    assertAll(
        () -> assertEquals(document + ": up to date\n", check.out() + check.err()),
        () -> assertEquals(document + ": up to date\n", write.out() + write.err()),
        () -> assertEquals(text, Files.readString(document)));
  }
}
