package io.github.gmem4j.cli.comparing;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** How values stand in a table. */
final class Cells {
  /** There is nothing to say. */
  static final String NOTHING = "-";

  private Cells() {}

  /** Joins the parts of a cell. */
  static String joined(List<String> parts) {
    return parts.isEmpty() ? NOTHING : String.join("; ", parts);
  }

  /** Returns counts with what they count, as in {@code halt 2, unshare 1}. */
  static String counts(Map<String, Integer> counts) {
    return counts.isEmpty()
        ? NOTHING
        : counts.entrySet().stream()
            .map(entry -> entry.getKey() + " " + entry.getValue())
            .collect(Collectors.joining(", "));
  }

  /** Returns a number; nothing for 0. */
  static String number(int count) {
    return count == 0 ? NOTHING : Integer.toString(count);
  }
}
