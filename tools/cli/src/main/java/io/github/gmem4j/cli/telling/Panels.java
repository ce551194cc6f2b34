package io.github.gmem4j.cli.telling;

import java.util.List;

/** Pictures side by side in one. */
public final class Panels {
  /** More in a row would be wider than anybody scrolls. */
  private static final int IN_A_ROW = 4;

  private static final int GAP = 24;
  private static final int HEAD = 48;
  private static final int MISSING_WIDTH = 420;
  private static final int MISSING_CHARS = 52;
  private static final int LINE = 16;

  /** One place of the picture. */
  public sealed interface Panel {
    /** A picture. */
    record Drawn(Picture picture) implements Panel {}

    /** There is no picture, for a reason. */
    record Missing(String title, String reason) implements Panel {}
  }

  private Panels() {}

  /** Returns all of them, at most four in a row. */
  public static String of(String title, List<Panel> panels) {
    List<Picture> pictures = panels.stream().map(Panels::picture).toList();
    Svg svg = new Svg();
    svg.text(GAP, HEAD - LINE, "title", title);
    int y = HEAD;
    int width = 0;
    for (int first = 0; first < pictures.size(); first += IN_A_ROW) {
      List<Picture> row = pictures.subList(first, Math.min(first + IN_A_ROW, pictures.size()));
      int height = row.stream().mapToInt(Picture::height).max().orElse(0);
      int x = GAP;
      for (Picture picture : row) {
        svg.box(x, y, picture.width(), height, "panel");
        svg.nested(x, y, picture);
        x += picture.width() + GAP;
      }
      width = Math.max(width, x);
      y += height + GAP;
    }
    return svg.document(width, y, title, SequenceDiagram.STYLE);
  }

  private static Picture picture(Panel panel) {
    return switch (panel) {
      case Panel.Drawn drawn -> drawn.picture();
      case Panel.Missing missing -> {
        Svg svg = new Svg();
        svg.text(LINE, 30, "title", missing.title());
        int y = HEAD + LINE;
        for (String part : Wrapping.wrap(missing.reason(), MISSING_CHARS)) {
          svg.text(LINE, y, "bad", part);
          y += LINE;
        }
        yield svg.picture(MISSING_WIDTH, y + LINE);
      }
    };
  }
}
