package io.github.gmem4j.cli;

import io.github.gmem4j.cli.choosing.Policies;
import io.github.gmem4j.cli.comparing.DocumentTables;
import io.github.gmem4j.cli.reading.TextFile;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code gmem tables}: makes the tables of a document anew.
 *
 * @param out where it says which are
 * @param policies those that are installed
 */
record TablesCommand(PrintWriter out, Policies policies) {
  /** Rewrites documents whose tables are stale. */
  int write(List<Path> documents) {
    for (Path document : documents) {
      String old = TextFile.read(document);
      String fresh = fresh(document, old);
      if (!fresh.equals(old)) {
        Output.write(document, fresh);
      }
      out.println(document + (fresh.equals(old) ? ": up to date" : ": rewritten"));
    }
    return ExitCode.GOOD;
  }

  /** Says which documents have stale tables, and changes none. */
  int check(List<Path> documents) {
    boolean good = true;
    for (Path document : documents) {
      String old = TextFile.read(document);
      boolean isFresh = fresh(document, old).equals(old);
      out.println(document + (isFresh ? ": up to date" : ": stale, run 'gmem tables' on it"));
      good &= isFresh;
    }
    return good ? ExitCode.GOOD : ExitCode.CHECK_FAILED;
  }

  private String fresh(Path document, String text) {
    return DocumentTables.fresh(
        document.toString(),
        text,
        words -> TableArguments.of(words).table(document.toAbsolutePath(), policies));
  }
}
