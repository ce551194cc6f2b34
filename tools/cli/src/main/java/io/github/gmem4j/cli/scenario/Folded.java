package io.github.gmem4j.cli.scenario;

import java.util.ArrayList;
import java.util.List;

/**
 * A list of words as one text, in which what comes again and again is counted: {@code share,
 * unshare x 201, halt}. Lists that differ have texts that differ.
 */
final class Folded {
  /** The longest group of words that is looked for. */
  private static final int LONGEST = 4;

  /** How often a group must come in a row to be counted. */
  private static final int LEAST = 3;

  private Folded() {}

  static String of(List<String> words) {
    List<String> parts = new ArrayList<>();
    int at = 0;
    while (at < words.size()) {
      int length = lengthOfGroup(words, at);
      int times = timesInARow(words, at, length);
      List<String> group = words.subList(at, at + length);
      if (times < LEAST) {
        parts.add(group.getFirst());
        at++;
      } else {
        String joined = String.join(", ", group);
        parts.add((length == 1 ? joined : "(" + joined + ")") + " x " + times);
        at += times * length;
      }
    }
    return String.join(", ", parts);
  }

  /** Returns the length of the shortest group that comes often enough from here on; else 1. */
  private static int lengthOfGroup(List<String> words, int at) {
    for (int length = 1; length <= LONGEST; length++) {
      if (timesInARow(words, at, length) >= LEAST) {
        return length;
      }
    }
    return 1;
  }

  private static int timesInARow(List<String> words, int at, int length) {
    int times = 1;
    int next = at + length;
    while (next + length <= words.size()
        && words.subList(at, at + length).equals(words.subList(next, next + length))) {
      times++;
      next += length;
    }
    return times;
  }
}
