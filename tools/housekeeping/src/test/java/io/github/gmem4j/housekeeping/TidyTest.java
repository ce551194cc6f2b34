package io.github.gmem4j.housekeeping;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The house rules that a machine can check. */
class TidyTest {
  private static final int MOST_LINES = 500;
  private static final int LONGEST_MEDIAN = 100;
  private static final int WIDEST_LINE = 100;
  // Assembled, so that this file does not offend against its own rule.
  private static final Pattern LEFT_OVER =
      Pattern.compile("TO" + "DO|FIX" + "ME|XX" + "X|@Dis" + "abled\\b|@Ign" + "ore\\b");
  private static final Pattern FIXED_PATH = Pattern.compile("(?<![\\w.])/(work|root|home|tmp)/");

  @Test
  void noFileIsLeftHalfDone() {
    assertNone(Repository.files(".java"), text -> LEFT_OVER.matcher(text).find());
  }

  @Test
  void noFileNamesAPathOfOneMachine() {
    for (String ending : List.of(".java", ".md", ".xml", ".yaml", ".sh", "gmem", "run")) {
      assertNone(
          Repository.files(ending).stream()
              .filter(file -> !file.endsWith("TidyTest.java"))
              .toList(),
          text -> FIXED_PATH.matcher(text).find());
    }
  }

  @Test
  void noEmbeddableModulePrints() {
    assertNone(
        published().stream().filter(file -> Repository.name(file).contains("/main/")).toList(),
        text -> text.contains("System.out") || text.contains("System.err"));
  }

  @Test
  void noJavaFileIsLongerThan500LinesAndTheMedianIsBelow100() {
    List<Path> files = Repository.files(".java");
    assertEquals(
        List.of(),
        files.stream()
            .filter(file -> Repository.text(file).lines().count() > MOST_LINES)
            .map(Repository::name)
            .toList());
    List<Long> lengths =
        files.stream()
            .filter(file -> Repository.name(file).contains("/main/"))
            .map(file -> Repository.text(file).lines().count())
            .sorted()
            .toList();
    assertTrue(
        lengths.get(lengths.size() / 2) < LONGEST_MEDIAN,
        () -> "median length " + lengths.get(lengths.size() / 2));
  }

  @Test
  void noLineIsWiderThan100Columns() {
    assertNone(
        Repository.files(".java"),
        text ->
            text.lines()
                .anyMatch(line -> line.length() > WIDEST_LINE && !line.startsWith("import ")));
  }

  @Test
  void everyPackageSaysWhatItIs() {
    List<String> silent =
        Repository.files(".java").stream()
            .filter(file -> Repository.name(file).contains("/src/main/java/"))
            .filter(file -> !file.endsWith("module-info.java"))
            .map(Path::getParent)
            .distinct()
            .filter(folder -> !Files.exists(folder.resolve("package-info.java")))
            .map(Repository::name)
            .toList();
    assertEquals(List.of(), silent);
  }

  @Test
  void everyPublishedModuleIsInTheBillOfMaterials() {
    String bom = Repository.text(Repository.at("bom/pom.xml"));
    assertTrue(bom.contains("gmem4j-api"));
    assertTrue(bom.contains("gmem4j-core"));
    assertTrue(bom.contains("gmem4j-policy-x86-tdx"));
  }

  private static List<Path> published() {
    return Repository.files(".java").stream()
        .filter(file -> !Repository.name(file).startsWith("tools/"))
        .toList();
  }

  private static void assertNone(List<Path> files, Predicate<String> offends) {
    assertEquals(
        List.of(),
        files.stream()
            .filter(file -> offends.test(Repository.text(file)))
            .map(Repository::name)
            .toList());
  }
}
