package io.github.gmem4j.cli.telling;

import io.github.gmem4j.api.road.Seat;
import io.github.gmem4j.cli.journal.Lane;
import io.github.gmem4j.cli.playing.Played;
import io.github.gmem4j.cli.scenario.Printable;
import io.github.gmem4j.cli.scenario.Scenario;
import java.util.List;
import java.util.Map;

/**
 * The story as text: one column for each seat, one row for each thing that happened. Host processes
 * and participants stand in the VMM's column, which is userspace.
 */
public final class Timeline {
  private static final int TIME_WIDTH = 5;
  private static final int TEXT_WIDTH = 110;

  private final StringBuilder text = new StringBuilder();

  private Timeline() {}

  /** Returns the timeline, which ends with one line that says the result. */
  public static String of(Played played) {
    return new Timeline().tell(played);
  }

  private String tell(Played played) {
    Scenario scenario = played.scenario();
    line(scenario.title());
    if (!scenario.description().isEmpty()) {
      line("");
      Wrapping.wrapLines(scenario.description(), TEXT_WIDTH).forEach(this::line);
    }
    line("");
    line(Setting.of(scenario, played.policy()));
    line("");
    row("ms", Map.of(Seat.GUEST, "guest", Seat.KVM, "KVM", Seat.VMM, "VMM", Seat.MEMORY, "memory"));
    rule();
    for (Line line : Repetition.shorten(Narrator.tell(scenario, played.happenings()))) {
      switch (line) {
        case Line.Heading heading -> heading(heading.text());
        case Line.LeftOut out -> line(" ".repeat(TIME_WIDTH) + " | " + out.text());
        case Line.Again again -> line(" ".repeat(TIME_WIDTH) + " | " + again.text());
        case Line.Message message -> message(message);
      }
    }
    rule();
    line(played.result());
    return text.toString();
  }

  private void heading(String heading) {
    blank();
    Wrapping.wrapLines(heading, TEXT_WIDTH).forEach(part -> line("## " + part));
  }

  private void message(Line.Message message) {
    Lane lane = message.column();
    String who = lane.isSeat() ? "" : lane.name() + ": ";
    List<String> parts = Wrapping.wrap(who + message.text(), width(lane.column()));
    String time = Long.toString(message.at().toMillis());
    for (String part : parts) {
      row(time, Map.of(lane.column(), part));
      time = "";
    }
  }

  /** How many characters a column has: the VMM and the memory have most to say. */
  private static int width(Seat seat) {
    return switch (seat) {
      case GUEST -> 24;
      case KVM -> 23;
      case VMM, MEMORY -> 27;
    };
  }

  private void blank() {
    row("", Map.of());
  }

  private void row(String time, Map<Seat, String> cells) {
    StringBuilder row = new StringBuilder(right(time));
    for (Seat seat : Seat.values()) {
      row.append(" | ").append(left(cells.getOrDefault(seat, ""), width(seat)));
    }
    line(row.toString());
  }

  private void rule() {
    StringBuilder rule = new StringBuilder("-".repeat(TIME_WIDTH));
    for (Seat seat : Seat.values()) {
      rule.append("-+-").append("-".repeat(width(seat)));
    }
    line(rule.toString());
  }

  private static String right(String text) {
    return " ".repeat(Math.max(0, TIME_WIDTH - text.length())) + text;
  }

  private static String left(String text, int width) {
    return text + " ".repeat(Math.max(0, width - text.length()));
  }

  private void line(String line) {
    text.append(Printable.of(line.stripTrailing())).append('\n');
  }
}
