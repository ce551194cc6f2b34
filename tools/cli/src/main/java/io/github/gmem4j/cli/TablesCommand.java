package io.github.gmem4j.cli;

import io.github.gmem4j.cli.comparing.DocumentTables;
import io.github.gmem4j.cli.scenario.InputException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code gmem tables}: makes the tables of a document anew. */
record TablesCommand(PrintWriter out) {
  /** Rewrites documents whose tables are stale. */
  int write(List<Path> documents) {
    for (Path document : documents) {
      String old = read(document);
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
      String old = read(document);
      boolean isFresh = fresh(document, old).equals(old);
      out.println(document + (isFresh ? ": up to date" : ": stale, run 'gmem tables' on it"));
      good &= isFresh;
    }
    return good ? ExitCode.GOOD : ExitCode.CHECK_FAILED;
  }

  private static String read(Path document) {
    try {
      return Files.readString(document);
    } catch (NoSuchFileException e) {
      throw new InputException(document + ": no such file");
    } catch (IOException e) {
      throw new InputException(document + ": cannot be read: " + e.getMessage());
    }
  }

  private static String fresh(Path document, String text) {
    return DocumentTables.fresh(
        document.toString(), text, words -> table(document.toAbsolutePath(), words));
  }

  /** A marker holds the arguments of a comparison; its paths begin where the document lies. */
  private static String table(Path document, List<String> words) {
    List<String> arguments = new ArrayList<>(List.of("compare", "--markdown"));
    for (String word : words) {
      boolean isStory = word.endsWith(".yaml");
      arguments.add(isStory ? document.resolveSibling(word).normalize().toString() : word);
    }
    StringWriter table = new StringWriter();
    StringWriter errors = new StringWriter();
    int code =
        Gmem.execute(
            new PrintWriter(table),
            new PrintWriter(errors, true),
            arguments.toArray(String[]::new));
    if (code == ExitCode.UNUSABLE) {
      throw new InputException(errors.toString().strip().replaceFirst("^gmem: ", ""));
    }
    return table.toString();
  }
}
