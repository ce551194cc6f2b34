package io.github.gmem4j.cli.telling;

import io.github.gmem4j.cli.journal.Lane;
import io.github.gmem4j.cli.playing.Played;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The story as a sequence diagram: a lifeline for each seat, host process and participant, one row
 * for each thing that happened. A self-contained SVG picture.
 */
public final class SequenceDiagram {
  private static final int TIME = 64;
  private static final int LANE = 200;
  private static final int HEAD = 34;
  private static final int TOP = 58;
  private static final int LINE = 15;
  private static final int GAP = 12;

  /** Characters of a text of 12 px that fit between two lifelines. */
  private static final int FITS = 28;

  static final String STYLE =
      """
      text { font-family: "DejaVu Sans", "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2933; }
      .title { font-size: 16px; font-weight: 600; }
      .heading { font-size: 13px; font-weight: 600; }
      .lane { font-size: 13px; font-weight: 600; text-anchor: middle; }
      .label { font-size: 12px; text-anchor: middle;
        paint-order: stroke; stroke: #ffffff; stroke-width: 5px; stroke-linejoin: round; }
      .own { font-size: 12px; text-anchor: middle; }
      .time { font-size: 11px; text-anchor: end; fill: #52606d; }
      .good { font-size: 13px; font-weight: 600; fill: #1b6e3c; }
      .bad { font-size: 13px; font-weight: 600; fill: #a61b1b; }
      .life { stroke: #b8c2cc; stroke-dasharray: 3 4; }
      .arrow { stroke: #1f2933; stroke-width: 1.3; }
      .tip { fill: #1f2933; }
      .seat { fill: #dbe7f5; stroke: #7b93b0; }
      .actor { fill: #f3e6cf; stroke: #b09a6a; }
      .deed { fill: #f5f7fa; stroke: #b8c2cc; }
      .band { fill: #eef1f4; }
      .panel { fill: none; stroke: #b8c2cc; }
      """;

  private final List<Lane> lanes;
  private final Svg svg = new Svg();
  private final int width;
  private int y = TOP + HEAD + GAP;
  private long lastTime = -1;

  private SequenceDiagram(List<Lane> lanes) {
    this.lanes = lanes;
    this.width = TIME + LANE * lanes.size() + GAP;
  }

  /** Returns the picture as a file of its own. */
  public static String of(Played played) {
    String title = played.scenario().title();
    Picture picture = picture(played, title);
    Svg svg = new Svg();
    svg.add(picture);
    return svg.document(picture.width(), picture.height(), title, STYLE);
  }

  /** Returns the picture as a part of another. */
  public static Picture picture(Played played, String title) {
    List<Line> lines = Repetition.shorten(Narrator.tell(played.scenario(), played.happenings()));
    return new SequenceDiagram(lanesOf(lines)).draw(played, title, lines);
  }

  /** The seats, then everybody else in the order of appearance. */
  private static List<Lane> lanesOf(List<Line> lines) {
    Set<Lane> lanes = new LinkedHashSet<>(List.of(Lane.GUEST, Lane.KVM, Lane.VMM, Lane.MEMORY));
    for (Line line : lines) {
      if (line instanceof Line.Message message) {
        lanes.add(message.from());
        lanes.add(message.to());
      }
    }
    return List.copyOf(lanes);
  }

  private Picture draw(Played played, String title, List<Line> lines) {
    int end = y + lines.stream().mapToInt(this::height).sum();
    drawLanes(end);
    svg.text(GAP, 30, "title", title);
    for (Line line : lines) {
      switch (line) {
        case Line.Heading heading -> band("heading", wrapped(heading.text()));
        case Line.LeftOut out -> band("own", wrapped(out.text()));
        case Line.Again again -> band("own", wrapped(again.text()));
        case Line.Message message when message.from().equals(message.to()) -> deed(message);
        case Line.Message message -> arrow(message);
      }
      y += height(line);
    }
    for (String part : Wrapping.wrap(played.result(), charsAcross())) {
      y += LINE + 4;
      svg.text(GAP, y, played.isGood() ? "good" : "bad", part);
    }
    return svg.picture(width, y + 2 * GAP);
  }

  private void drawLanes(int end) {
    for (Lane lane : lanes) {
      int x = middle(lane);
      svg.line(x, TOP + HEAD, x, end, "life");
      svg.box(x - 75, TOP, 150, HEAD, lane.isSeat() ? "seat" : "actor");
      svg.text(x, TOP + 22, "lane", lane.name());
    }
  }

  private int middle(Lane lane) {
    return TIME + LANE * lanes.indexOf(lane) + LANE / 2;
  }

  private int charsAcross() {
    return width / 8;
  }

  private List<String> wrapped(String text) {
    return Wrapping.wrapLines(text, charsAcross());
  }

  private List<String> label(Line.Message message) {
    int reach = Math.abs(lanes.indexOf(message.from()) - lanes.indexOf(message.to()));
    return Wrapping.wrap(message.text(), FITS * Math.clamp(reach, 1, 2));
  }

  private int height(Line line) {
    return switch (line) {
      case Line.Heading heading -> wrapped(heading.text()).size() * LINE + 3 * GAP;
      case Line.LeftOut out -> wrapped(out.text()).size() * LINE + 3 * GAP;
      case Line.Again again -> wrapped(again.text()).size() * LINE + 3 * GAP;
      case Line.Message message -> label(message).size() * LINE + 2 * GAP;
    };
  }

  private void band(String style, List<String> parts) {
    int top = y + GAP / 2;
    svg.box(GAP, top, width - 2 * GAP, parts.size() * LINE + GAP, "band");
    int base = top + LINE + 3;
    for (String part : parts) {
      svg.text(style.equals("own") ? width / 2 : 2 * GAP, base, style, part);
      base += LINE;
    }
  }

  private void deed(Line.Message message) {
    List<String> parts = label(message);
    int x = middle(message.from());
    time(message, y + LINE + 3);
    svg.box(x - LANE / 2 + 4, y, LANE - 8, parts.size() * LINE + GAP, "deed");
    write(parts, x, y + LINE + 3, "own");
  }

  private void arrow(Line.Message message) {
    List<String> parts = label(message);
    int from = middle(message.from());
    int to = middle(message.to());
    int base = y + parts.size() * LINE + 7;
    time(message, base + 4);
    // Over several lanes the label stands beside the sender, where the eye begins.
    int reach = Math.clamp(Math.abs(to - from), LANE, 2 * LANE);
    write(parts, from + (to > from ? reach / 2 : -reach / 2), y + LINE, "label");
    svg.arrow(from, to, base, "arrow");
  }

  private void write(List<String> parts, int x, int firstBase, String style) {
    int base = firstBase;
    for (String part : parts) {
      svg.text(x, base, style, part);
      base += LINE;
    }
  }

  private void time(Line.Message message, int base) {
    long time = message.at().toMillis();
    if (time != lastTime) {
      svg.text(TIME - 4, base, "time", time + " ms");
      lastTime = time;
    }
  }
}
