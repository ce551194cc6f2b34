package io.github.gmem4j.cli;

import io.github.gmem4j.cli.choosing.Policies;
import io.github.gmem4j.cli.comparing.Column;
import io.github.gmem4j.cli.comparing.Comparison;
import io.github.gmem4j.cli.comparing.Tables;
import io.github.gmem4j.cli.reading.ScenarioReader;
import io.github.gmem4j.cli.scenario.InputException;
import io.github.gmem4j.cli.scenario.Printable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/**
 * What a document can say about one of its tables. A document is not a command line: it comes from
 * anybody, so these are options of their own and none that writes a file, loads a class or reads
 * anything but the story.
 */
@Command(name = "gmem compare")
final class TableArguments {
  @Parameters(arity = "1", paramLabel = "SCENARIO")
  private @Nullable Path story;

  @Option(names = "--policies", paramLabel = "NAMES", split = ",")
  private List<String> policies = List.of();

  @Option(names = "--columns", paramLabel = "NAMES", split = ",")
  private List<String> columns = List.of();

  private TableArguments() {}

  /**
   * Reads the words of a table.
   *
   * @throws InputException if they are none
   */
  static TableArguments of(List<String> words) {
    TableArguments arguments = new TableArguments();
    CommandLine line = new CommandLine(arguments).setExpandAtFiles(false);
    try {
      line.parseArgs(words.toArray(String[]::new));
    } catch (ParameterException e) {
      throw new InputException(
          WrongUsage.sentence(e) + " (a table has a story, --policies and --columns)");
    }
    return arguments;
  }

  /** Makes the table; the story's path begins where the document lies. */
  String table(Path document, Policies installed) {
    if (story == null) {
      throw new IllegalStateException("a table without a story was read");
    }
    Path file = document.resolveSibling(story).normalize();
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      // A terminal or a pipe would be waited for.
      throw new InputException(file + ": is not a file");
    }
    Comparison comparison =
        Comparison.of(
            ScenarioReader.readForAny(file),
            policies.isEmpty() ? installed.all() : installed.named(policies));
    List<Column> chosen = Column.chosen(columns);
    return Printable.lines(
        Tables.markdown(comparison, chosen.isEmpty() ? Tables.telling(comparison) : chosen));
  }
}
