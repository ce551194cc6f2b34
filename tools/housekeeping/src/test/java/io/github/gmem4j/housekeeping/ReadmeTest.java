package io.github.gmem4j.housekeeping;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README shows is true. */
class ReadmeTest {
  private static final int MOST_SAMPLE_LINES = 25;
  private final String readme = Repository.text(Repository.at("README.md"));

  @Test
  void theSampleCompilesAndIsShort(@TempDir Path classes) {
    String sample = block("java");
    assertTrue(sample.lines().count() <= MOST_SAMPLE_LINES, "the sample has grown");
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
    compiler
        .getTask(
            null,
            null,
            problems,
            List.of(
                "-proc:none",
                "-d",
                classes.toString(),
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path"))),
            null,
            List.of(source(sample)))
        .call();
    assertEquals(
        List.of(),
        problems.getDiagnostics().stream()
            .map(problem -> problem.getMessage(Locale.ROOT))
            .toList());
  }

  @Test
  void everyLinkIntoTheRepositoryLeadsSomewhere() {
    Matcher link = Pattern.compile("]\\((?!https?:)([^)#]+)[^)]*\\)").matcher(readme);
    while (link.find()) {
      assertTrue(Files.exists(Repository.at(link.group(1))), link.group(1));
    }
  }

  @Test
  void continuousIntegrationRunsExactlyTheReadmesCommands() {
    String ci = Repository.text(Repository.at(".ci/run"));
    for (String command : block("sh").lines().filter(line -> !line.isBlank()).toList()) {
      assertTrue(ci.contains(command.strip()), "not in .ci/run: " + command);
    }
  }

  private String block(String language) {
    Matcher block =
        Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL).matcher(readme);
    assertTrue(block.find(), "the README has no " + language + " block");
    return block.group(1);
  }

  private static JavaFileObject source(String sample) {
    return new SimpleJavaFileObject(
        URI.create("string:///Sample.java"), JavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return sample;
      }
    };
  }
}
