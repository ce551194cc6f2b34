package io.github.gmem4j.conformance.random;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The moves that a generator may make. Immutable. */
public final class Menu {
  private final List<Move> moves;

  private Menu(List<Move> moves) {
    this.moves = moves;
  }

  /** Returns every move. */
  public static Menu complete() {
    return without(Set.of());
  }

  /** Returns every move but some. */
  public static Menu without(Set<Move> leftOut) {
    return new Menu(Stream.of(Move.values()).filter(move -> !leftOut.contains(move)).toList());
  }

  Move pick(Dice dice, Theme theme) {
    int at = dice.below(moves.stream().mapToInt(move -> move.weight(theme)).sum());
    for (Move move : moves) {
      at -= move.weight(theme);
      if (at < 0) {
        return move;
      }
    }
    throw new AssertionError("the weights changed");
  }
}
