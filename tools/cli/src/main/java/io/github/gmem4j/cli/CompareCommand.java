package io.github.gmem4j.cli;

import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.cli.choosing.Policies;
import io.github.gmem4j.cli.comparing.Column;
import io.github.gmem4j.cli.comparing.Comparison;
import io.github.gmem4j.cli.comparing.Diagrams;
import io.github.gmem4j.cli.comparing.RowJson;
import io.github.gmem4j.cli.comparing.Tables;
import io.github.gmem4j.cli.reading.ScenarioReader;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code gmem compare}: plays one story under several policies, shows what differs. */
record CompareCommand(PrintWriter out, Policies policies, Form form) {
  /** What is printed. */
  enum Form {
    TEXT,
    MARKDOWN,
    JSON
  }

  /**
   * Plays a story.
   *
   * @param names the policies; none: all
   * @param wanted the columns of the table; none: those that have something to tell
   * @param diagram where to draw what happened, if anywhere
   */
  int compare(Path file, List<String> names, List<Column> wanted, @Nullable Path diagram) {
    List<ConversionPolicy> chosen = names.isEmpty() ? policies.all() : policies.named(names);
    Comparison comparison = Comparison.of(ScenarioReader.readForAny(file), chosen);
    List<Column> columns = wanted.isEmpty() ? Tables.telling(comparison) : wanted;
    out.print(
        switch (form) {
          case TEXT -> Tables.text(comparison, columns);
          case MARKDOWN -> Tables.markdown(comparison, columns);
          case JSON -> RowJson.of(comparison);
        });
    out.flush();
    if (diagram != null) {
      Output.write(diagram, Diagrams.of(comparison));
    }
    return comparison.isGood() ? ExitCode.GOOD : ExitCode.CHECK_FAILED;
  }
}
