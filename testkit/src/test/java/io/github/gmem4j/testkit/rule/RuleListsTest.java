package io.github.gmem4j.testkit.rule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.testkit.contract.PolicyContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Each rule stands in the Javadoc of its interface and is checked somewhere, and vice versa. */
class RuleListsTest {
  private static final Pattern STATED = Pattern.compile("<li><b>([A-Z]\\d+)</b>");
  private static final Path ASSERTING = Path.of("src/main/java/io/github/gmem4j/testkit/asserting");
  private static final Path ASSERTING_TESTS =
      Path.of("src/test/java/io/github/gmem4j/testkit/asserting");

  @Test
  void everyRuleStandsInTheJavadocAndEveryStatedRuleIsKnown() {
    Set<String> known = Arrays.stream(Rule.values()).map(Rule::name).collect(sorted());
    Set<String> stated = new TreeSet<>();
    for (Path file : sources(Path.of("../api/src/main/java"), ASSERTING)) {
      Matcher rule = STATED.matcher(text(file));
      while (rule.find()) {
        String id = rule.group(1);
        assertTrue(stated.add(id), () -> id + " stands twice");
        String type = String.valueOf(file.getFileName()).replace(".java", "");
        assertEquals(Rule.valueOf(id).statedBy(), type, id);
      }
    }
    assertEquals(known, stated);
  }

  @Test
  void everyRuleHasAContractTestOrAnAssertingWrapper() {
    Set<String> checked = contractTests().map(RuleListsTest::ruleOf).collect(sorted());
    checked.addAll(named(ASSERTING));
    assertEquals(Arrays.stream(Rule.values()).map(Rule::name).collect(sorted()), checked);
  }

  @Test
  void everyRuleThatOnlyAWrapperChecksIsSeenToFailInItsTests() {
    Set<String> onlyWrapped = new TreeSet<>(named(ASSERTING));
    contractTests().map(RuleListsTest::ruleOf).forEach(onlyWrapped::remove);
    onlyWrapped.removeAll(named(ASSERTING_TESTS));
    assertEquals(Set.of(), onlyWrapped);
  }

  @Test
  void everyContractTestShowsItsRule() {
    contractTests()
        .forEach(test -> {
          Rule rule = Rule.valueOf(ruleOf(test));
          assertEquals(
              rule.name() + ": " + rule.title(), test.getAnnotation(DisplayName.class).value());
        });
  }

  private static Stream<Method> contractTests() {
    return Arrays.stream(PolicyContract.class.getMethods())
        .filter(method -> method.isAnnotationPresent(Test.class));
  }

  private static String ruleOf(Method test) {
    return test.getName().split("_", 2)[0].toUpperCase(Locale.ROOT);
  }

  /** Returns the rules that the sources in a folder name. */
  private static Set<String> named(Path folder) {
    return sources(folder).stream()
        .flatMap(file -> Pattern.compile("Rule\\.([A-Z]\\d+)").matcher(text(file)).results())
        .map(found -> found.group(1))
        .collect(sorted());
  }

  private static java.util.stream.Collector<String, ?, Set<String>> sorted() {
    return Collectors.toCollection(TreeSet::new);
  }

  private static List<Path> sources(Path... folders) {
    return Arrays.stream(folders).flatMap(folder -> javaFilesIn(folder).stream()).toList();
  }

  private static List<Path> javaFilesIn(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(file -> file.toString().endsWith(".java")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
