package io.github.gmem4j.cli.telling;

import io.github.gmem4j.cli.scenario.Printable;

/** Writes an SVG picture, element by element. Coordinates are in pixels. */
final class Svg {
  private final StringBuilder body = new StringBuilder();

  void line(int x1, int y1, int x2, int y2, String style) {
    element(
        "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" class=\"%s\"/>"
            .formatted(x1, y1, x2, y2, style));
  }

  void box(int x, int y, int width, int height, String style) {
    element(
        "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"4\" class=\"%s\"/>"
            .formatted(x, y, width, height, style));
  }

  /** An arrow whose tip is at (x2, y). */
  void arrow(int x1, int x2, int y, String style) {
    int back = x2 > x1 ? -1 : 1;
    line(x1, y, x2 + 6 * back, y, style);
    element("<path d=\"M%d %d l%d -4 v8 z\" class=\"tip\"/>".formatted(x2, y, 8 * back));
  }

  /** Text whose base line is at y. */
  void text(int x, int y, String style, String text) {
    element("<text x=\"%d\" y=\"%d\" class=\"%s\">%s</text>".formatted(x, y, style, escaped(text)));
  }

  /** Another picture, in the same place. */
  void add(Picture picture) {
    body.append(picture.body());
  }

  /** Another picture, whose top left corner is at (x, y). */
  void nested(int x, int y, Picture picture) {
    element(
        "<svg x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\">%n%s  </svg>"
            .formatted(x, y, picture.width(), picture.height(), picture.body().indent(2)));
  }

  /** Returns what was drawn, as a part of another picture. */
  Picture picture(int width, int height) {
    return new Picture(width, height, body.toString());
  }

  private void element(String element) {
    body.append("  ").append(element).append('\n');
  }

  private static String escaped(String text) {
    return Printable.of(text)
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  /** Returns the whole picture. */
  String document(int width, int height, String title, String style) {
    return """
    <?xml version="1.0" encoding="UTF-8"?>
    <svg xmlns="http://www.w3.org/2000/svg" width="%1$d" height="%2$d" viewBox="0 0 %1$d %2$d">
      <title>%3$s</title>
      <style>
    %4$s  </style>
      <rect width="%1$d" height="%2$d" fill="#ffffff"/>
    %5$s</svg>
    """
        .formatted(width, height, escaped(title), style.indent(4), body);
  }
}
