package io.github.gmem4j.housekeeping;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The examples are Maven projects of their own, and build against the published artifacts only. */
class ExamplesTest {
  private static final int MOST_LINES_OF_A_FIRST_TEST = 25;
  private static final int MOST_MINUTES = 10;
  private static final String FIRST_TEST =
      "examples/first-contract-test/src/test/java/org/example/FirstContractTest.java";

  @TempDir private static Path folder;

  /** Otherwise the folder's clean-up warns of each link that leads out of it. */
  @AfterAll
  static void linksGoBeforeTheFolder() throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path link : all.filter(Files::isSymbolicLink).toList()) {
        Files.delete(link);
      }
    }
  }

  @Test
  void theFirstContractTestIsShortAndIsTheOneThatTheDocumentationShows() {
    String test = Repository.text(Repository.at(FIRST_TEST));
    Matcher shown =
        Pattern.compile("```java\n(package org\\.example;.*?)```", Pattern.DOTALL)
            .matcher(Repository.text(Repository.at("docs/testkit.md")));
    assertTrue(shown.find(), "docs/testkit.md shows no contract test");
    assertEquals(test, shown.group(1));
    assertTrue(test.lines().count() <= MOST_LINES_OF_A_FIRST_TEST, "the first test has grown");
  }

  @TestFactory
  Stream<DynamicTest> everyExampleBuildsOffline() throws IOException {
    Path repository = Files.createDirectories(folder.resolve("repository"));
    PublishedArtifacts.publishTo(repository);
    List<Path> projects;
    try (Stream<Path> examples = Files.list(Repository.at("examples"))) {
      projects = examples.filter(each -> Files.exists(each.resolve("pom.xml"))).sorted().toList();
    }
    assertFalse(projects.isEmpty());
    return projects.stream()
        .map(project ->
            DynamicTest.dynamicTest(
                Repository.name(project), () -> assertBuilds(project, repository)));
  }

  private static void assertBuilds(Path project, Path repository)
      throws IOException, InterruptedException {
    Path copy = folder.resolve(String.valueOf(project.getFileName()));
    copy(project, copy);
    Path log = folder.resolve(project.getFileName() + ".log");
    Process maven =
        new ProcessBuilder(
                maven(),
                "-o",
                "-B",
                "-Dmaven.repo.local=" + repository,
                "-Dmaven.multiModuleProjectDirectory=" + copy,
                "test")
            .directory(copy.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    boolean finished = maven.waitFor(MOST_MINUTES, TimeUnit.MINUTES);
    maven.destroyForcibly();
    assertTrue(finished && maven.waitFor() == 0, () -> Repository.text(log));
    Matcher run = Pattern.compile("Tests run: (\\d+)").matcher(Repository.text(log));
    assertTrue(run.find() && Integer.parseInt(run.group(1)) > 0, () -> Repository.text(log));
  }

  private static String maven() {
    String home = System.getProperty("maven.home");
    return home == null ? "mvn" : Path.of(home, "bin", "mvn").toString();
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path each : all.filter(path -> !path.startsWith(from.resolve("target"))).toList()) {
        Path target = to.resolve(from.relativize(each).toString());
        if (Files.isDirectory(each)) {
          Files.createDirectories(target);
        } else {
          Files.copy(each, target);
        }
      }
    }
  }
}
