package io.github.gmem4j.cli.reading;

import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.seam.FaultSite;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.cli.scenario.InputException;
import io.github.gmem4j.cli.scenario.Printable;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** From single values of a file to types. Every method names the place and the value it refuses. */
final class Values {
  private static final Pattern PAGES = Pattern.compile("(\\d{1,15})(?:-(\\d{1,15}))?");
  private static final long MAX_COUNT = 1_000_000;

  private Values() {}

  static String text(Node node) {
    if (node instanceof Node.Scalar scalar && !scalar.text().isBlank()) {
      String text = scalar.text().strip();
      Printable.firstUnprintable(text)
          .ifPresent(c -> {
            throw new InputException(
                node.place(), "the character " + Printable.name(c) + " has no place in a text");
          });
      return text;
    }
    throw new InputException(node.place(), "a text is expected, not " + node.kind());
  }

  /** Reads one word of several. */
  static String word(Node node, List<String> words) {
    String text = text(node);
    if (words.contains(text)) {
      return text;
    }
    throw new InputException(
        node.place(), "'%s' is none of %s".formatted(text, Fields.listed(words)));
  }

  /** Reads a text of one line. */
  static String line(Node node) {
    String text = text(node);
    if (text.contains("\n")) {
      throw new InputException(node.place(), "a text of one line is expected");
    }
    return text;
  }

  static boolean flag(Node node) {
    return word(node, List.of("true", "false")).equals("true");
  }

  static Shareability state(Node node) {
    return word(node, List.of("private", "shared")).equals("private")
        ? Shareability.PRIVATE
        : Shareability.SHARED;
  }

  /** Reads an unsigned number, decimal or after 0x. */
  static long unsigned(Node node) {
    String text = text(node).replace("_", "");
    try {
      return text.startsWith("0x")
          ? Long.parseUnsignedLong(text.substring(2), 16)
          : Long.parseUnsignedLong(text);
    } catch (NumberFormatException e) {
      throw new InputException(
          node.place(), "a number is expected (such as 4096 or 0x1000), not '" + text + "'");
    }
  }

  /** Reads a number between two others. */
  static long between(Node node, long least, long most) {
    long value = unsigned(node);
    if (value < least || value > most) {
      throw new InputException(
          node.place(),
          "a number from %d to %d is expected, not %s"
              .formatted(least, most, Long.toUnsignedString(value)));
    }
    return value;
  }

  static int count(Node node, int least) {
    return (int) between(node, least, MAX_COUNT);
  }

  static byte byteOf(Node node) {
    return (byte) between(node, 0, 0xFF);
  }

  static Duration millis(Node node) {
    return Duration.ofMillis(between(node, 1, MAX_COUNT));
  }

  /** Reads the name of a place where something can go wrong. */
  static FaultSite faultSite(Node node) {
    try {
      return new FaultSite(text(node));
    } catch (IllegalArgumentException e) {
      throw new InputException(
          node.place(),
          "a fault is named by words joined by dots (such as core.reserve-state), not '%s'"
              .formatted(text(node)));
    }
  }

  static Gpa gpa(Node node) {
    return new Gpa(unsigned(node));
  }

  static PageIndex page(Node node) {
    return new PageIndex(between(node, 0, PageIndex.LIMIT - 1));
  }

  static PageCount pageCount(Node node) {
    return new PageCount(between(node, 1, PageIndex.LIMIT));
  }

  /** Reads a number of pages that somebody will walk through one by one. */
  static PageCount fewPages(Node node) {
    return new PageCount(between(node, 1, MAX_COUNT));
  }

  /** Tells whether a text is a number of pages rather than a range of them. */
  static boolean isCount(Node node) {
    return !text(node).contains("-");
  }

  /** Reads whole pages from a guest address on; without a number of them it is one page. */
  static GpaRange range(Fields fields, String addressKey) {
    return new GpaRange(
        gpa(fields.required(addressKey)),
        fields.optional("pages").map(Values::fewPages).orElse(PageCount.ONE).bytes());
  }

  /** Reads one page or several: {@code 3} or {@code 0-7}, both ends included. */
  static PageRange pages(Node node) {
    String text = text(node);
    Matcher matcher = PAGES.matcher(text);
    if (matcher.matches()) {
      long first = Long.parseLong(matcher.group(1));
      long last = matcher.group(2) == null ? first : Long.parseLong(matcher.group(2));
      if (first <= last) {
        return PageRange.of(first, last - first + 1);
      }
    }
    throw new InputException(
        node.place(), "pages are expected (such as 3 or 0-7), not '" + text + "'");
  }
}
