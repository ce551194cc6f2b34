package io.github.gmem4j.cli.reading;

import io.github.gmem4j.cli.scenario.InputException;
import io.github.gmem4j.cli.scenario.Place;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A mapping whose keys are all known. */
final class Fields {
  private final Node.Mapping mapping;
  private final String what;

  private Fields(Node.Mapping mapping, String what) {
    this.mapping = mapping;
    this.what = what;
  }

  /**
   * Checks that a node is a mapping and has no other keys than these.
   *
   * @param what what the mapping describes, as in "a step"
   */
  static Fields of(Node node, String what, List<String> keys) {
    Node.Mapping mapping = mapping(node, what);
    mapping
        .entries()
        .forEach((key, entry) -> {
          if (!keys.contains(key)) {
            throw new InputException(
                entry.key(),
                "unknown key '%s' in %s, which has %s".formatted(key, what, listed(keys)));
          }
        });
    return new Fields(mapping, what);
  }

  /** Checks that a node is a mapping and has no other keys than these. */
  static Fields of(Node node, String what, String... keys) {
    return of(node, what, Arrays.asList(keys));
  }

  /**
   * Returns the one key that says what kind of thing a mapping describes.
   *
   * @param kinds the keys that can
   */
  static String kindOf(Node node, String what, List<String> kinds) {
    List<String> found =
        mapping(node, what).entries().keySet().stream().filter(kinds::contains).toList();
    if (found.size() == 1) {
      return found.getFirst();
    }
    throw new InputException(
        node.place(),
        found.isEmpty()
            ? what + " needs one of the keys " + listed(kinds)
            : what + " has one of the keys " + listed(found) + ", not several");
  }

  private static Node.Mapping mapping(Node node, String what) {
    if (node instanceof Node.Mapping mapping) {
      return mapping;
    }
    throw new InputException(
        node.place(), what + " is a mapping of keys to values, not " + node.kind());
  }

  /** Joins words for an error message. */
  static String listed(List<String> words) {
    return String.join(", ", words);
  }

  Place place() {
    return mapping.place();
  }

  Optional<Node> optional(String key) {
    return Optional.ofNullable(mapping.entries().get(key)).map(Node.Entry::value);
  }

  Node required(String key) {
    return optional(key)
        .orElseThrow(() -> new InputException(place(), what + " needs the key '" + key + "'"));
  }

  /** Returns the items of a list; no key, no items. */
  List<Node> items(String key) {
    Optional<Node> node = optional(key);
    if (node.isEmpty()) {
      return List.of();
    }
    if (node.get() instanceof Node.Sequence sequence) {
      return sequence.items();
    }
    throw new InputException(
        node.get().place(), "'" + key + "' is a list, not " + node.get().kind());
  }
}
