package io.github.gmem4j.cli.telling;

import io.github.gmem4j.cli.telling.Line.Message;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Shortens a story in which the same lines come again and again: a VMM that tries 200 times. */
final class Repetition {
  /** The longest group of lines that is looked for. */
  private static final int LONGEST = 12;

  /** How often a group must come in a row to be told as one. */
  private static final int LEAST = 4;

  /** How often such a group is told before the rest is summed up. */
  private static final int TOLD = 2;

  /** How many lines of a story without an end are told from its beginning, and from its end. */
  private static final int BEGINNING = 2_000;

  private static final int END = 100;

  private Repetition() {}

  /** Shortens groups, then groups of lines among which there are shortened groups. */
  static List<Line> shorten(List<Line> lines) {
    return withoutMiddle(once(once(lines)));
  }

  /** What is too long even so has no end that anybody would read up to. */
  private static List<Line> withoutMiddle(List<Line> lines) {
    int out = lines.size() - BEGINNING - END;
    if (out <= BEGINNING) {
      return lines;
    }
    List<Line> shorter = new ArrayList<>(lines.subList(0, BEGINNING));
    shorter.add(new Line.LeftOut(out));
    shorter.addAll(lines.subList(lines.size() - END, lines.size()));
    return List.copyOf(shorter);
  }

  private static List<Line> once(List<Line> lines) {
    List<Line> shorter = new ArrayList<>();
    int at = 0;
    while (at < lines.size()) {
      Optional<Line.Again> again = at(lines, at);
      if (again.isEmpty()) {
        shorter.add(lines.get(at));
        at++;
      } else {
        int length = again.get().lines();
        shorter.addAll(lines.subList(at, at + TOLD * length));
        shorter.add(again.get());
        at += (TOLD + again.get().times()) * length;
      }
    }
    return List.copyOf(shorter);
  }

  private static Optional<Line.Again> at(List<Line> lines, int at) {
    for (int length = 1; length <= LONGEST; length++) {
      int times = 1;
      while (alike(lines, at, at + times * length, length)) {
        times++;
      }
      if (times >= LEAST) {
        Optional<Duration> until = timeOf(lines.get(at + times * length - 1));
        if (until.isPresent()) {
          return Optional.of(new Line.Again(length, times - TOLD, until.get()));
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<Duration> timeOf(Line line) {
    return switch (line) {
      case Line.Heading heading -> Optional.empty();
      case Line.LeftOut out -> Optional.empty();
      case Message message -> Optional.of(message.at());
      case Line.Again again -> Optional.of(again.until());
    };
  }

  private static boolean alike(List<Line> lines, int first, int second, int length) {
    if (second + length > lines.size()) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (!alike(lines.get(first + i), lines.get(second + i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean alike(Line first, Line second) {
    return switch (first) {
      case Line.Heading heading -> false;
      case Line.LeftOut out -> false;
      case Message message -> message.says(second);
      case Line.Again again ->
          second instanceof Line.Again other
              && again.lines() == other.lines()
              && again.times() == other.times();
    };
  }
}
