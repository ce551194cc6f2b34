package io.github.gmem4j.cli.reading;

import io.github.gmem4j.cli.scenario.Place;
import java.util.List;
import java.util.SequencedMap;

/** A piece of YAML and where it stands. */
sealed interface Node {
  /** Keys with their values, in the order of the file. */
  record Mapping(Place place, SequencedMap<String, Entry> entries) implements Node {}

  /** One value of a mapping, and where its key stands. */
  record Entry(Place key, Node value) {}

  /** A list. */
  record Sequence(Place place, List<Node> items) implements Node {}

  /** Anything else, as it is written. */
  record Scalar(Place place, String text) implements Node {}

  /** Returns where it begins. */
  Place place();

  /** Returns what a person calls it. */
  default String kind() {
    return switch (this) {
      case Mapping mapping -> "a mapping";
      case Sequence sequence -> "a list";
      case Scalar scalar -> scalar.text().isEmpty() ? "nothing" : "'" + scalar.text() + "'";
    };
  }
}
