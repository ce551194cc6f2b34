package io.github.gmem4j.cli.telling;

import io.github.gmem4j.cli.journal.Lane;
import java.time.Duration;

/** One line of a story, in words. */
sealed interface Line {
  /** The scenario speaks to the reader. */
  record Heading(String text) implements Line {}

  /**
   * Somebody does something.
   *
   * @param at the simulated time
   * @param from who
   * @param to whom it reaches; the same as {@code from} if nobody else
   * @param column who it is told of: {@code from} or {@code to}
   * @param text what
   */
  record Message(Duration at, Lane from, Lane to, Lane column, String text) implements Line {
    /** Tells whether it says the same, whenever it was. */
    boolean says(Line other) {
      return other instanceof Message message
          && from.equals(message.from)
          && to.equals(message.to)
          && column.equals(message.column)
          && text.equals(message.text);
    }
  }

  /**
   * The lines before this one happen again.
   *
   * @param lines how many lines
   * @param times how often
   * @param until when the last of them is
   */
  record Again(int lines, int times, Duration until) implements Line {
    /** Returns this as a sentence. */
    String text() {
      return "... and so on: the last %s %d times more, until %d ms"
          .formatted(lines == 1 ? "line" : lines + " lines", times, until.toMillis());
    }
  }

  /**
   * Lines are left out here, since nobody would read them all.
   *
   * @param lines how many
   */
  record LeftOut(int lines) implements Line {
    /** Returns this as a sentence. */
    String text() {
      return "... %d lines are left out here; --json has them all".formatted(lines);
    }
  }
}
