package io.github.gmem4j.cli.telling;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Breaks texts into lines. */
final class Wrapping {
  private static final Pattern NAME = Pattern.compile("[A-Za-z]\\w*");
  private static final Pattern NUMBER = Pattern.compile("(?:0x\\p{XDigit}+|\\d+)(?=\\W|$)");
  private static final Pattern ENDS_IN_NUMBER = Pattern.compile("(?:^|\\W)\\d+$");
  private static final Pattern UNIT = Pattern.compile("(?:pages?|ms|KiB|MiB|GiB)\\W?");

  private Wrapping() {}

  /** Returns the lines of a text, none longer than a width; a longer word is cut. */
  static List<String> wrap(String text, int width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : glued(text, width)) {
      String rest = word;
      if (!line.isEmpty() && line.length() + 1 + rest.length() > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      while (rest.length() > width) {
        int cut = cut(rest, width);
        lines.add(rest.substring(0, cut));
        rest = rest.substring(cut);
      }
      line.append(line.isEmpty() ? "" : " ").append(rest);
    }
    lines.add(line.toString());
    return lines;
  }

  /** Returns the lines of a text that has line breaks of its own. */
  static List<String> wrapLines(String text, int width) {
    return text.lines().flatMap(line -> wrap(line, width).stream()).toList();
  }

  /** Returns the words of a text, with a number and what it counts or names as one word. */
  private static List<String> glued(String text, int width) {
    List<String> words = new ArrayList<>();
    for (String word : text.split("\\s+", -1)) {
      String last = words.isEmpty() ? "" : words.getLast();
      boolean isValue = NAME.matcher(last).matches() && NUMBER.matcher(word).lookingAt();
      boolean isUnit = ENDS_IN_NUMBER.matcher(last).find() && UNIT.matcher(word).matches();
      if ((isValue || isUnit) && last.length() + 1 + word.length() <= width) {
        words.set(words.size() - 1, last + " " + word);
      } else {
        words.add(word);
      }
    }
    return words;
  }

  /** The kernel's long names are better cut behind an underscore. */
  private static int cut(String word, int width) {
    int underscore = word.lastIndexOf('_', width - 1);
    return underscore > width / 2 ? underscore + 1 : width;
  }
}
