package io.github.gmem4j.cli.telling;

import java.util.ArrayList;
import java.util.List;

/** A table as text: cells are wrapped, columns stand apart by two spaces. */
public final class TextTable {
  private static final String GAP = "  ";

  /** A sentence has at least so many characters in a line, however narrow the table is. */
  private static final int SENTENCE = 60;

  private record Heading(String title, int width) {}

  private sealed interface Entry {
    record Cells(List<String> cells) implements Entry {}

    record Sentence(String first, String sentence) implements Entry {}
  }

  private final List<Heading> columns = new ArrayList<>();
  private final List<Entry> entries = new ArrayList<>();

  /** Adds a column; its title is wrapped like any cell. */
  public void column(String title, int width) {
    columns.add(new Heading(title, width));
  }

  /** Adds a row. */
  public void row(List<String> cells) {
    entries.add(new Entry.Cells(List.copyOf(cells)));
  }

  /** Adds a row that has a first cell and then one sentence. */
  public void sentence(String first, String sentence) {
    entries.add(new Entry.Sentence(first, sentence));
  }

  /** Returns the table. */
  public String text() {
    StringBuilder text = new StringBuilder();
    append(text, columns.stream().map(Heading::title).toList());
    line(text, columns.stream().map(column -> "-".repeat(column.width())).toList());
    boolean wraps = entries.stream().anyMatch(this::wraps);
    for (Entry entry : entries) {
      switch (entry) {
        case Entry.Cells row -> append(text, row.cells());
        case Entry.Sentence row -> append(text, row);
      }
      // A row of several lines ends where the eye can see it.
      text.append(wraps && !entry.equals(entries.getLast()) ? "\n" : "");
    }
    return text.toString();
  }

  private boolean wraps(Entry entry) {
    return switch (entry) {
      case Entry.Sentence row -> false;
      case Entry.Cells row -> {
        for (int i = 0; i < columns.size(); i++) {
          if (row.cells().get(i).length() > columns.get(i).width()) {
            yield true;
          }
        }
        yield false;
      }
    };
  }

  private void append(StringBuilder text, List<String> cells) {
    List<List<String>> wrapped = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      wrapped.add(Wrapping.wrap(cells.get(i), columns.get(i).width()));
    }
    int height = wrapped.stream().mapToInt(List::size).max().orElse(0);
    for (int i = 0; i < height; i++) {
      int at = i;
      line(text, wrapped.stream().map(part -> at < part.size() ? part.get(at) : "").toList());
    }
  }

  private void append(StringBuilder text, Entry.Sentence row) {
    int rest = columns.stream().skip(1).mapToInt(column -> column.width() + GAP.length()).sum();
    String first = row.first();
    for (String part : Wrapping.wrap(row.sentence(), Math.max(SENTENCE, rest - GAP.length()))) {
      text.append(left(first, columns.getFirst().width())).append(GAP).append(part).append('\n');
      first = "";
    }
  }

  private void line(StringBuilder text, List<String> cells) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < columns.size(); i++) {
      line.append(i == 0 ? "" : GAP).append(left(cells.get(i), columns.get(i).width()));
    }
    text.append(line.toString().stripTrailing()).append('\n');
  }

  private static String left(String text, int width) {
    return text + " ".repeat(Math.max(0, width - text.length()));
  }
}
