package io.github.gmem4j.cli.comparing;

import io.github.gmem4j.cli.telling.TextTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** A comparison as a table: one row for each policy. */
public final class Tables {
  private static final String POLICY = "policy";

  private Tables() {}

  /** Returns the table for a terminal, with the title above it. */
  public static String text(Comparison comparison, List<Column> columns) {
    return comparison.story().title() + "\n\n" + table(comparison, columns);
  }

  /** Returns the columns that have something to tell about any policy. */
  public static List<Column> telling(Comparison comparison) {
    return Arrays.stream(Column.values())
        .filter(column ->
            comparison.rows().stream()
                .anyMatch(
                    row -> row instanceof Row.Told told && !column.of(told).equals(Cells.NOTHING)))
        .toList();
  }

  private static String table(Comparison comparison, List<Column> columns) {
    TextTable table = new TextTable();
    table.column(POLICY, policyWidth(comparison));
    columns.forEach(column -> table.column(column.title(), column.width()));
    for (Row row : comparison.rows()) {
      switch (row) {
        case Row.Told told -> table.row(cells(told, columns));
        case Row.Untold untold ->
            table.sentence(untold.traits().name(), "cannot be told: " + untold.reason());
      }
    }
    StringBuilder text = new StringBuilder();
    text.append(table.text());
    failures(comparison).forEach(failure -> text.append('\n').append(failure).append('\n'));
    comparison.missed().forEach(missed -> text.append('\n').append(missed).append('\n'));
    return text.toString();
  }

  private static int policyWidth(Comparison comparison) {
    return Stream.concat(
            Stream.of(POLICY), comparison.rows().stream().map(row -> row.traits().name()))
        .mapToInt(String::length)
        .max()
        .orElse(0);
  }

  private static List<String> cells(Row.Told told, List<Column> columns) {
    List<String> cells = new ArrayList<>(List.of(told.traits().name()));
    columns.forEach(column -> cells.add(column.of(told)));
    return cells;
  }

  /** Returns the first problem of each policy that has one. */
  private static List<String> failures(Comparison comparison) {
    return comparison.rows().stream()
        .filter(row -> !row.isGood())
        .map(Row.Told.class::cast)
        .map(told -> told.traits().name() + " " + shortened(told.problems()))
        .toList();
  }

  private static String shortened(List<String> problems) {
    int more = problems.size() - 1;
    return problems.getFirst() + (more == 0 ? "" : " (and %d more)".formatted(more));
  }

  /** Returns the table as Markdown. */
  public static String markdown(Comparison comparison, List<Column> columns) {
    StringBuilder text = new StringBuilder();
    List<String> titles = new ArrayList<>(List.of(POLICY));
    columns.forEach(column -> titles.add(column.title()));
    text.append(line(titles));
    text.append("|").append(" --- |".repeat(titles.size())).append('\n');
    for (Row row : comparison.rows()) {
      switch (row) {
        case Row.Told told -> text.append(line(cells(told, columns)));
        case Row.Untold untold ->
            text.append(
                line(
                    Stream.concat(
                            Stream.of(untold.traits().name(), "cannot be told: " + untold.reason()),
                            columns.stream().skip(1).map(column -> ""))
                        .toList()));
      }
    }
    return text.toString();
  }

  private static String line(List<String> cells) {
    StringBuilder line = new StringBuilder("|");
    for (String cell : cells) {
      line.append(' ').append(cell.replace("|", "\\|")).append(" |");
    }
    return line.append('\n').toString();
  }
}
