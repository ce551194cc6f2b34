package io.github.gmem4j.conformance.playing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gmem4j.conformance.recording.Recorded;
import io.github.gmem4j.conformance.recording.RecordedSequence;
import io.github.gmem4j.conformance.recording.Recordings;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class SequencePlayerTest {
  static Stream<Named<Recorded>> sequences() {
    return Stream.of(Recordings.B, Recordings.C, Recordings.P)
        .flatMap(file -> Recordings.sequences(file).stream())
        .map(recorded -> Named.of(name(recorded), recorded));
  }

  private static String name(Recorded recorded) {
    String profile =
        switch (recorded) {
          case Recorded.OfGuestMemory of -> of.sequence().start().profile();
          case Recorded.OfPkvm of -> of.sequence().start().profile();
        };
    RecordedSequence<?, ?> sequence = recorded.sequence();
    return "%s, sequence %d, %s"
        .formatted(sequence.file().getFileName(), sequence.number(), profile);
  }

  @ParameterizedTest
  @MethodSource("sequences")
  void theEngineDoesWhatTheKernelDid(Recorded sequence) {
    assertEquals(List.of(), SequencePlayer.play(sequence).disagreements());
  }
}
