package io.github.gmem4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each scenario tells the story that stands beside it. With {@code -Dgmem.golden=write} the stories
 * are written instead; read them before you keep them.
 */
class GoldenTimelinesTest {
  static List<Path> scenarios() throws IOException {
    try (Stream<Path> files = Files.list(Shell.SCENARIOS)) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("scenarios")
  void a_scenario_tells_the_story_beside_it(Path scenario) throws IOException {
    Path timeline = Path.of(scenario.toString().replaceFirst("\\.yaml$", ".timeline.txt"));

    Shell run = Shell.gmem("run", scenario);

    assertEquals("", run.err());
    if ("write".equals(System.getProperty("gmem.golden"))) {
      Files.writeString(timeline, run.out());
    }
    assertEquals(Files.readString(timeline), run.out());
    assertEquals(0, run.code());
  }

  @ParameterizedTest
  @MethodSource("scenarios")
  void no_line_of_a_timeline_is_wider_than_120_columns(Path scenario) {
    Shell run = Shell.gmem("run", scenario);

    assertEquals(List.of(), run.out().lines().filter(line -> line.length() > 120).toList());
  }

  @Test
  void every_timeline_belongs_to_a_scenario() throws IOException {
    try (Stream<Path> files = Files.list(Shell.SCENARIOS)) {
      files
          .map(Path::toString)
          .filter(file -> file.endsWith(".timeline.txt"))
          .map(file -> Path.of(file.replace(".timeline.txt", ".yaml")))
          .forEach(scenario -> assertTrue(Files.exists(scenario), scenario + " is missing"));
    }
  }
}
