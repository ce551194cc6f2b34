package io.github.gmem4j.cli.reading;

import io.github.gmem4j.cli.scenario.Expectation;
import io.github.gmem4j.cli.scenario.InputException;
import io.github.gmem4j.cli.scenario.Words;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what is expected of an action. */
final class Expected {
  /** The key under which every action says it. */
  static final String KEY = "expect";

  private static final Pattern COUNTED = Pattern.compile("(\\S+) x (\\d+)");
  private static final int MOST_TIMES = 10_000;

  private Expected() {}

  /** Reads one of some words. */
  static Optional<Expectation> word(Fields fields, List<String> words) {
    return fields
        .optional(KEY)
        .map(node -> new Expectation(node.place(), Values.word(node, words)));
  }

  /** Reads a byte or one of some words. */
  static Optional<Expectation> byteOr(Fields fields, List<String> words) {
    return fields
        .optional(KEY)
        .map(node -> {
          String text = Values.text(node);
          if (words.contains(text)) {
            return new Expectation(node.place(), text);
          }
          if (!Character.isDigit(text.charAt(0))) {
            throw new InputException(
                node.place(),
                "'%s' is neither a byte nor one of %s".formatted(text, Fields.listed(words)));
          }
          return new Expectation(node.place(), Words.of(Values.byteOf(node)));
        });
  }

  /** Reads a list of words, each once or, as in {@code unshare x 201}, several times in a row. */
  static Optional<Expectation> words(Fields fields, String key, List<String> words) {
    return fields
        .optional(key)
        .map(node -> {
          List<String> all = new ArrayList<>();
          fields.items(key).forEach(item -> all.addAll(repeated(item, words)));
          return new Expectation(node.place(), Words.of(all));
        });
  }

  private static List<String> repeated(Node item, List<String> words) {
    Matcher counted = COUNTED.matcher(Values.text(item));
    if (!counted.matches()) {
      return List.of(Values.word(item, words));
    }
    Node word = new Node.Scalar(item.place(), counted.group(1));
    Node times = new Node.Scalar(item.place(), counted.group(2));
    return Collections.nCopies(
        (int) Values.between(times, 1, MOST_TIMES), Values.word(word, words));
  }

  /** Reads a number. */
  static Optional<Expectation> count(Fields fields, String key) {
    return fields
        .optional(key)
        .map(node -> new Expectation(node.place(), Integer.toString(Values.count(node, 0))));
  }
}
