package io.github.gmem4j.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;

/** What {@code gmem compare} makes of stories. */
class CompareTest {
  private static final Path STORIES = Shell.SCENARIOS.resolve("compare");
  private static final Path PIN = STORIES.resolve("pin-released.yaml");

  @TempDir Path directory;

  static List<Path> stories() throws IOException {
    try (Stream<Path> files = Files.list(STORIES)) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  private Path story(String text) throws IOException {
    return Files.writeString(directory.resolve("story.yaml"), text);
  }

  /** With {@code -Dgmem.golden=write} the tables are written instead; read them before you keep. */
  @ParameterizedTest
  @MethodSource("stories")
  void a_story_has_the_table_beside_it(Path story) throws IOException {
    Path table = Path.of(story.toString().replaceFirst("\\.yaml$", ".table.txt"));

    Shell compare = Shell.gmem("compare", story);

    assertEquals("", compare.err());
    if ("write".equals(System.getProperty("gmem.golden"))) {
      Files.writeString(table, compare.out());
    }
    assertEquals(Files.readString(table), compare.out());
    boolean isEndless = compare.out().contains(" endless: ");
    assertEquals(isEndless ? 1 : 0, compare.code());
  }

  @Test
  void every_table_belongs_to_a_story() throws IOException {
    try (Stream<Path> files = Files.list(STORIES)) {
      files
          .map(Path::toString)
          .filter(file -> file.endsWith(".table.txt"))
          .map(file -> Path.of(file.replace(".table.txt", ".yaml")))
          .forEach(story -> assertTrue(Files.exists(story), story + " is missing"));
    }
  }

  /** Watching must not change what is watched. */
  @ParameterizedTest
  @MethodSource("stories")
  void a_story_is_the_same_whether_it_is_compared_or_run(Path story) {
    for (String policy : List.of("tdx", "snp", "pkvm", "pkvm-pending-private", "pkvm-mainline")) {
      Shell run = Shell.gmem("run", "--json", "--policy", policy, story);
      Shell compare = Shell.gmem("compare", "--json", "--policies", policy, story);

      long runs = run.out().lines().filter(line -> line.contains("\"run-entered\"")).count();
      assertTrue(compare.out().contains("\"runs\":" + runs + ","), policy + ": " + compare.out());
    }
  }

  @ParameterizedTest
  @MethodSource("stories")
  void the_pictures_stand_side_by_side_the_same_at_every_run(Path story) throws Exception {
    Path first = directory.resolve("first.svg");
    Path second = directory.resolve("second.svg");

    Shell.gmem("compare", "--diagram", first, "--policies", "pkvm,snp,tdx", story);
    Shell.gmem("compare", "--diagram", second, "--policies", "pkvm,snp,tdx", story);

    String picture = Files.readString(first);
    assertEquals(picture, Files.readString(second));
    Document document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(picture.getBytes(StandardCharsets.UTF_8)));
    assertEquals(1 + 3, document.getElementsByTagName("svg").getLength());
  }

  @Test
  void policies_are_compared_in_the_order_in_which_they_are_named() {
    Shell compare = Shell.gmem("compare", "--policies", "tdx,pkvm", "--columns", "runs", PIN);

    assertEquals(
        """
        A pin that is released while the VMM waits

        policy  run()
        ------  -----
        tdx     5
        pkvm    7
        """,
        compare.out());
  }

  @Test
  void markdown_has_a_line_for_each_policy() {
    Shell compare =
        Shell.gmem(
            "compare", "--markdown", "--policies", "tdx,pkvm", "--columns", "exits,runs", PIN);

    assertEquals(
        """
        | policy | exits | run() |
        | --- | --- | --- |
        | tdx | map-gpa-range 2 | 5 |
        | pkvm | unshare 4 | 7 |
        """,
        compare.out());
  }

  @Test
  void json_tells_everything_that_was_counted() {
    Shell compare = Shell.gmem("compare", "--json", "--policies", "pkvm-run-on", PIN);

    String row = compare.out();
    assertEquals(1, row.lines().count());
    for (String part :
        List.of(
            "\"policy\":\"pkvm-run-on\",\"told\":true",
            "{\"actor\":\"vCPU 0\",\"action\":\"unshare\",\"result\":\"ok\",\"ms\":0}",
            "\"exits\":{\"halt\":3,\"unshare\":4},\"runs\":7",
            "\"byKvm\":6,\"byKvmFailed\":4,\"unchecked\":0,\"atLastDrop\":0",
            "\"retries\":{\"guest\":0,\"vmm\":3,\"kernel\":4}",
            "\"markedPages\":1,\"thirdStatePages\":0",
            "\"frozenMs\":15",
            "\"toldUntruly\":1")) {
      assertTrue(row.contains(part), part + " is not in " + row);
    }
  }

  @Test
  void a_scenario_of_one_policy_is_told_under_the_others_and_judged() {
    Shell compare =
        Shell.gmem(
            "compare",
            "--policies",
            "tdx,software-protected",
            Shell.SCENARIOS.resolve("pinned-then-released.yaml"));

    assertEquals(1, compare.code());
    assertTrue(compare.lastLine().startsWith("software-protected failed: "), compare.out());
    assertFalse(compare.out().contains("tdx failed"), compare.out());
  }

  @Test
  void a_policy_under_which_the_story_cannot_be_told_says_why() throws IOException {
    Path file =
        story(
            """
            title: t
            kernel: rfc-2025
            memory: {pages: 2, begins: shared, mappable: false}
            steps: []
            """);

    Shell text = Shell.gmem("compare", "--policies", "tdx", file);
    Shell json = Shell.gmem("compare", "--json", "--policies", "tdx", file);

    assertAll(
        () -> assertEquals(0, text.code()),
        () -> assertTrue(text.out().contains("\ntdx     cannot be told: "), text.out()),
        () ->
            assertTrue(
                json.out()
                    .startsWith(
                        "{\"story\":\"t\",\"policy\":\"tdx\",\"told\":false,\"reason\":\""
                            + file
                            + ", line 3, column 9: this memory cannot be created: EINVAL, "),
                json.out()));
  }

  @Test
  void a_story_with_something_that_only_one_policy_has_is_an_error() throws IOException {
    Path file =
        story(
            """
            title: t
            policy: tdx
            memory: {pages: 1}
            steps:
              - {vcpu: 0, does: [{map-gpa: 0, r13: 0}]}
            """);

    Shell compare = Shell.gmem("compare", "--policies", "tdx", file);

    assertAll(
        () -> assertEquals(2, compare.code()),
        () ->
            assertEquals(
                "gmem: "
                    + file
                    + ", line 5, column 22: 'map-gpa' is for the policy 'tdx', and this scenario is"
                    + " to be told under any\n",
                compare.err()));
  }

  @Test
  void wrong_usage_is_named() {
    Shell unknown = Shell.gmem("compare", "--policies", "sgx", PIN);
    Shell twice = Shell.gmem("compare", "--policies", "tdx,tdx", PIN);
    Shell column = Shell.gmem("compare", "--columns", "colour", PIN);
    Shell both = Shell.gmem("compare", "--json", "--markdown", PIN);

    assertAll(
        () ->
            assertTrue(
                unknown.err().startsWith("gmem: no policy is named \"sgx\"; installed are pkvm, "),
                unknown.err()),
        () -> assertEquals("gmem: the policy 'tdx' is asked for twice\n", twice.err()),
        () ->
            assertEquals(
                "gmem: no column is called 'colour'; there are guest, host, vmm, exits, runs,"
                    + " tries, refaults, notices, lost, exposure, retries, state, borne\n",
                column.err()),
        () -> assertTrue(both.err().contains("mutually exclusive"), both.err()),
        () ->
            assertEquals(
                List.of(2, 2, 2, 2),
                List.of(unknown.code(), twice.code(), column.code(), both.code())));
  }

  @Test
  void the_help_names_the_columns_there_are() {
    String help = Shell.gmem("compare", "--help").out().replaceAll("\\s+", " ");

    assertTrue(
        help.contains(
            "guest, host, vmm, exits, runs, tries, refaults, notices, lost, exposure, retries,"
                + " state, borne"),
        help);
  }
}
