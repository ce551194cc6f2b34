package io.github.gmem4j.cli;

import picocli.CommandLine.Option;

/** In which form a table is printed; one at most. */
final class TableForm {
  @Option(
      names = "--json",
      required = true,
      description = "Prints one JSON object a line, for each policy, instead of the table.")
  private boolean json;

  @Option(names = "--markdown", required = true, description = "Prints the table as Markdown.")
  private boolean markdown;

  CompareCommand.Form chosen() {
    return json
        ? CompareCommand.Form.JSON
        : markdown ? CompareCommand.Form.MARKDOWN : CompareCommand.Form.TEXT;
  }
}
