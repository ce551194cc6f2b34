package io.github.gmem4j.cli.reading;

import io.github.gmem4j.cli.scenario.Expectation;
import io.github.gmem4j.cli.scenario.InputException;
import io.github.gmem4j.cli.scenario.Words;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads what is expected of an action. */
final class Expected {
  /** The key under which every action says it. */
  static final String KEY = "expect";

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

  /** Reads a list of words. */
  static Optional<Expectation> words(Fields fields, String key, List<String> words) {
    return fields
        .optional(key)
        .map(node -> {
          List<String> all = new ArrayList<>();
          fields.items(key).forEach(item -> all.add(Values.word(item, words)));
          return new Expectation(node.place(), Words.of(all));
        });
  }

  /** Reads a number. */
  static Optional<Expectation> count(Fields fields, String key) {
    return fields
        .optional(key)
        .map(node -> new Expectation(node.place(), Integer.toString(Values.count(node, 0))));
  }
}
