package io.github.gmem4j.cli.comparing;

import io.github.gmem4j.cli.scenario.InputException;
import io.github.gmem4j.cli.scenario.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tables in a Markdown document that are made by {@code gmem compare}. Each stands between two
 * comments; the first holds the arguments that make it:
 *
 * <pre>{@code
 * <!-- gmem compare STORY.yaml --columns exits,runs -->
 * | policy | exits | run() |
 * <!-- gmem end -->
 * }</pre>
 */
public final class DocumentTables {
  private static final Pattern BEGIN = Pattern.compile("<!-- gmem compare (.*\\S) *-->");
  private static final String END = "<!-- gmem end -->";

  private DocumentTables() {}

  /**
   * Returns a document with its tables made anew.
   *
   * @param name the document's name, for messages
   * @param text the document
   * @param table makes a table of the words behind {@code gmem compare}
   * @throws InputException if a table has no end, or cannot be made
   */
  public static String fresh(String name, String text, Function<List<String>, String> table) {
    List<String> lines = text.lines().toList();
    List<String> fresh = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      fresh.add(lines.get(i));
      Matcher begin = BEGIN.matcher(lines.get(i));
      if (begin.matches()) {
        Place place = new Place(name, i + 1, 1);
        fresh.addAll(made(place, List.of(begin.group(1).split("\\s+")), table));
        i += lines.subList(i, lines.size()).indexOf(END);
        if (!lines.get(i).equals(END)) {
          throw new InputException(place, "this table has no end, which is a line '" + END + "'");
        }
        fresh.add(END);
      }
    }
    return String.join("\n", fresh) + "\n";
  }

  /** Blank lines around a table, or what shows Markdown takes it for text. */
  private static List<String> made(
      Place place, List<String> words, Function<List<String>, String> table) {
    List<String> lines = new ArrayList<>(List.of(""));
    try {
      lines.addAll(table.apply(words).lines().toList());
    } catch (InputException e) {
      throw new InputException(place, e.getMessage());
    }
    lines.add("");
    return lines;
  }
}
