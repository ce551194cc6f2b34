package io.github.gmem4j.cli.comparing;

import io.github.gmem4j.cli.playing.Outcome;
import io.github.gmem4j.cli.scenario.InputException;
import io.github.gmem4j.cli.scenario.Words;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What can be compared: the columns of a table. */
public enum Column {
  /** What the guest's actions yielded. */
  GUEST("guest sees", 18),
  /** What the host processes' actions yielded. */
  HOST("host sees", 13),
  /** What the VMM's actions of its own accord yielded. */
  VMM("VMM sees", 13),
  /** Why {@code run()} returned. */
  EXITS("exits", 14),
  /** How often {@code run()} was called. */
  RUNS("run()", 5),
  /** Who converted how often. */
  TRIES("conversions", 12),
  /** How often the host had to fault in again what it had before. */
  REFAULTS("refaults", 8),
  /** How often others were called. */
  NOTICES("notified", 11),
  /** How many pages lost their contents. */
  LOST("lost", 4),
  /** Who read what guests had written for themselves. */
  EXPOSURE("exposure", 10),
  /** Who tried again. */
  RETRIES("retried", 10),
  /** What KVM had to remember. */
  STATE("KVM remembers", 16),
  /** What the guest had to tolerate. */
  BORNE("guest bears", 15);

  private final String title;
  private final int width;

  Column(String title, int width) {
    this.title = title;
    this.width = width;
  }

  /** Returns what stands above it. */
  String title() {
    return title;
  }

  /** Returns how many characters it has in a text. */
  int width() {
    return width;
  }

  /** Returns a cell. */
  String of(Row.Told told) {
    Tally tally = told.tally();
    return switch (this) {
      case GUEST -> outcomes(told, Outcome.By.GUEST);
      case HOST -> outcomes(told, Outcome.By.HOST);
      case VMM -> outcomes(told, Outcome.By.VMM);
      case EXITS -> Cells.counts(tally.exitsButHalts());
      case RUNS -> Integer.toString(tally.runs());
      case TRIES -> tally.conversions().words();
      case REFAULTS -> Cells.number(tally.refaults());
      case NOTICES -> tally.notices().words();
      case LOST -> Cells.number(tally.lostPages());
      case EXPOSURE -> tally.exposure().words();
      case RETRIES -> tally.retries().words();
      case STATE -> tally.carried().words();
      case BORNE -> tally.borne().words();
    };
  }

  /** Returns the name under which it can be chosen. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Returns the columns of these names, in their order.
   *
   * @throws InputException if there is no column of a name
   */
  public static List<Column> chosen(List<String> words) {
    return words.stream().map(Column::ofWord).toList();
  }

  private static Column ofWord(String word) {
    return Arrays.stream(values())
        .filter(column -> column.word().equals(word))
        .findFirst()
        .orElseThrow(() ->
            new InputException(
                "no column is called '%s'; there are %s"
                    .formatted(
                        word,
                        Arrays.stream(values())
                            .map(Column::word)
                            .collect(Collectors.joining(", ")))));
  }

  /**
   * Requests, what was read, and whatever is not simply done; and when, if time has passed since
   * what stands before it.
   */
  private static String outcomes(Row.Told told, Outcome.By by) {
    List<String> parts = new ArrayList<>();
    Duration last = Duration.ZERO;
    for (Outcome outcome : told.played().outcomes()) {
      if (outcome.by() == by && tells(outcome)) {
        String when = outcome.at().equals(last) ? "" : " at " + outcome.at().toMillis() + " ms";
        parts.add(outcome.action() + " " + outcome.result() + when);
        last = outcome.at();
      }
    }
    return Cells.joined(parts);
  }

  private static boolean tells(Outcome outcome) {
    return switch (outcome.action()) {
      case "share", "unshare", "read", "read-pinned" -> true;
      case "touch", "write", "accept", "pin", "unpin", "keep-touching" ->
          !outcome.result().equals("ok");
      case "reboot" -> !outcome.result().equals(Words.NONE);
      default -> true;
    };
  }
}
