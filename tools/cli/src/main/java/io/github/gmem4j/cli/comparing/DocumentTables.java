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

  /** A line and what ends it, which the last line need not have. */
  private static final Pattern LINE = Pattern.compile("([^\\r\\n]*)(\\r\\n|\\n|\\r|\\z)");

  private record Line(int number, String text, String end) {
    @Override
    public String toString() {
      return text + end;
    }
  }

  private final String name;
  private final List<Line> lines;
  private final Function<List<String>, String> table;

  private DocumentTables(String name, String text, Function<List<String>, String> table) {
    this.name = name;
    this.lines = lines(text);
    this.table = table;
  }

  /**
   * Returns a document with its tables made anew. Everything else stays as it is, to the byte; a
   * table's lines end as the line before it does.
   *
   * @param name the document's name, for messages
   * @param text the document
   * @param table makes a table of the words behind {@code gmem compare}
   * @throws InputException if a table has no end or no beginning, or cannot be made
   */
  public static String fresh(String name, String text, Function<List<String>, String> table) {
    return new DocumentTables(name, text, table).fresh();
  }

  private static List<Line> lines(String text) {
    List<Line> lines = new ArrayList<>();
    Matcher line = LINE.matcher(text);
    while (line.lookingAt() && line.end() > line.start()) {
      lines.add(new Line(lines.size() + 1, line.group(1), line.group(2)));
      line.region(line.end(), text.length());
    }
    return lines;
  }

  private String fresh() {
    StringBuilder fresh = new StringBuilder();
    int at = 0;
    while (at < lines.size()) {
      Line line = lines.get(at);
      Matcher begin = BEGIN.matcher(line.text());
      if (begin.matches()) {
        at = end(at);
        fresh.append(line).append(made(line, List.of(begin.group(1).split("\\s+"))));
      } else if (line.text().equals(END)) {
        throw new InputException(place(line), "a table ends here, and none has begun");
      }
      fresh.append(lines.get(at));
      at++;
    }
    return fresh.toString();
  }

  /** Returns where the table ends whose first line is at an index. */
  private int end(int begin) {
    for (int i = begin + 1; i < lines.size(); i++) {
      if (lines.get(i).text().equals(END)) {
        return i;
      }
      if (BEGIN.matcher(lines.get(i).text()).matches()) {
        break;
      }
    }
    throw new InputException(
        place(lines.get(begin)), "this table has no end, which is a line '" + END + "'");
  }

  /** Blank lines around a table, or what shows Markdown takes it for text. */
  private String made(Line begin, List<String> words) {
    StringBuilder made = new StringBuilder(begin.end());
    try {
      table.apply(words).lines().forEach(line -> made.append(line).append(begin.end()));
    } catch (InputException e) {
      throw new InputException(place(begin), e.getMessage());
    }
    return made.append(begin.end()).toString();
  }

  private Place place(Line line) {
    return new Place(name, line.number(), 1);
  }
}
