package io.github.gmem4j.cli.scenario;

import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Text that does nothing to a terminal or a picture but appear: no control characters, none that
 * turn the direction of writing, none that XML does not have.
 */
public final class Printable {
  private static final Pattern BETWEEN = Pattern.compile("\\r?\\n|\\t");

  private Printable() {}

  /** Returns the first character that has no place in a text of several lines. */
  public static OptionalInt firstUnprintable(String text) {
    return text.codePoints().filter(c -> c != '\n' && isUnprintable(c)).findFirst();
  }

  /** Returns the text with such characters, line ends among them, replaced by their numbers. */
  public static String of(String text) {
    if (text.codePoints().noneMatch(Printable::isUnprintable)) {
      return text;
    }
    StringBuilder printable = new StringBuilder();
    text.codePoints()
        .forEach(c -> {
          if (isUnprintable(c)) {
            printable.append(name(c));
          } else {
            printable.appendCodePoint(c);
          }
        });
    return printable.toString();
  }

  /** Returns the text in this form with its lines, however they end, and its tabulators. */
  public static String lines(String text) {
    StringBuilder printable = new StringBuilder();
    Matcher end = BETWEEN.matcher(text);
    int from = 0;
    while (end.find()) {
      printable.append(of(text.substring(from, end.start()))).append(end.group());
      from = end.end();
    }
    return printable.append(of(text.substring(from))).toString();
  }

  /** Returns what a person calls a character that cannot be shown. */
  public static String name(int codePoint) {
    return "<U+%04X>".formatted(codePoint);
  }

  private static boolean isUnprintable(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      case Character.FORMAT -> turnsDirection(codePoint);
      default -> (codePoint & 0xFFFE) == 0xFFFE;
    };
  }

  private static boolean turnsDirection(int codePoint) {
    return (codePoint >= 0x202A && codePoint <= 0x202E)
        || (codePoint >= 0x2066 && codePoint <= 0x2069)
        || codePoint == 0x200E
        || codePoint == 0x200F
        || codePoint == 0x061C;
  }
}
