package io.github.gmem4j.conformance.lockstep;

import io.github.gmem4j.conformance.comparing.ResultJson;
import io.github.gmem4j.conformance.operation.Operation;
import io.github.gmem4j.conformance.operation.StartVm;
import io.github.gmem4j.conformance.playing.Player;
import io.github.gmem4j.conformance.random.RandomSequence;
import io.github.gmem4j.conformance.recording.Result;
import java.util.Optional;
import java.util.function.Function;

/**
 * One sequence in two worlds.
 *
 * @param engine makes the world whose answers are in question
 * @param kernel makes the world whose answers count
 */
public record LockStep(Function<StartVm, Player> engine, Function<StartVm, Player> kernel) {
  /**
   * What came of a sequence.
   *
   * @param operations how many were done in both worlds
   * @param difference the first answer that differs, if any does; it ends the sequence
   */
  public record Outcome(long operations, Optional<Difference> difference) {}

  /**
   * An operation that was answered in two ways.
   *
   * @param index the operation's number in the sequence, from 0
   * @param operation the operation
   * @param engine the engine's answer
   * @param kernel the kernel's
   */
  public record Difference(long index, Operation operation, String engine, String kernel) {}

  /** Plays a sequence up to a number of operations or the first difference. */
  public Outcome play(RandomSequence sequence, long most, Answers answers) {
    try (Player first = engine.apply(sequence.start());
        Player second = kernel.apply(sequence.start())) {
      for (long index = 0; index < most; index++) {
        Operation operation = sequence.next();
        Object one = play(first, operation);
        Object other = play(second, operation);
        if (!(other instanceof Result answer) || !answer.equals(one)) {
          return new Outcome(
              index + 1, Optional.of(new Difference(index, operation, told(one), told(other))));
        }
        answers.add(operation, answer);
      }
    }
    return new Outcome(most, Optional.empty());
  }

  /** Returns the result, or what was thrown: that is an answer which agrees with none. */
  private static Object play(Player player, Operation operation) {
    try {
      return player.play(operation);
    } catch (RuntimeException e) {
      return e;
    }
  }

  private static String told(Object answer) {
    return answer instanceof Result result ? ResultJson.of(result) : "threw " + answer;
  }
}
