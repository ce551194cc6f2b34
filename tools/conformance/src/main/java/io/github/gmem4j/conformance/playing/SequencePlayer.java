package io.github.gmem4j.conformance.playing;

import io.github.gmem4j.conformance.Disagreement;
import io.github.gmem4j.conformance.SequenceReport;
import io.github.gmem4j.conformance.comparing.Comparison;
import io.github.gmem4j.conformance.pkvm.playing.PkvmPlayer;
import io.github.gmem4j.conformance.recording.Recorded;
import io.github.gmem4j.conformance.recording.RecordedLine;
import io.github.gmem4j.conformance.recording.RecordedSequence;
import io.github.gmem4j.conformance.recording.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Plays one sequence from its beginning to its end, in a world of its own. */
public final class SequencePlayer {
  private SequencePlayer() {}

  /** Plays a sequence and compares the result of each operation. */
  public static SequenceReport play(Recorded recorded) {
    return switch (recorded) {
      case Recorded.OfGuestMemory of -> {
        try (var player = GuestMemoryPlayer.inMemory(of.sequence().start())) {
          yield play(of.sequence(), player::play);
        }
      }
      case Recorded.OfPkvm of ->
          play(of.sequence(), PkvmPlayer.inANewWorld(of.sequence().start())::play);
    };
  }

  /**
   * Plays a sequence and compares the result of each operation.
   *
   * @param player what does an operation and says what came of it
   */
  public static <O> SequenceReport play(
      RecordedSequence<?, O> sequence, Function<O, Result> player) {
    List<Disagreement> disagreements = new ArrayList<>();
    for (RecordedLine<O> line : sequence.lines()) {
      Result played = play(line.operation(), player);
      Comparison.of(sequence, line, played).ifPresent(disagreements::add);
    }
    return new SequenceReport(
        sequence.file(), sequence.number(), sequence.lines().size(), disagreements);
  }

  private static <O> Result play(O operation, Function<O, Result> player) {
    try {
      return player.apply(operation);
    } catch (RuntimeException e) {
      // An engine that throws disagrees with the kernel, which never does; the rest is still worth
      // replaying.
      return Result.unrecordable("threw " + e);
    }
  }
}
