package io.github.gmem4j.conformance;

import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.backend.kvm.Kvm;
import io.github.gmem4j.backend.kvm.probe.ConversionInterface;
import io.github.gmem4j.conformance.operation.Generation;
import io.github.gmem4j.conformance.operation.HostOperation;
import io.github.gmem4j.conformance.operation.Operation;
import io.github.gmem4j.conformance.operation.StartVm;
import io.github.gmem4j.conformance.playing.GuestMemoryPlayer;
import io.github.gmem4j.conformance.playing.Player;
import io.github.gmem4j.conformance.playing.SequencePlayer;
import io.github.gmem4j.conformance.reading.RecordingReader;
import io.github.gmem4j.conformance.recording.Recorded;
import io.github.gmem4j.conformance.recording.RecordedSequence;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Replays recordings on this host's kernel: does it still answer as the recorded one did? Only
 * generation C on a kernel of that generation, and nothing that forks, for a JVM does not. Needs
 * {@code --enable-native-access=io.github.gmem4j.backend.kvm}.
 */
public final class KernelReplay {
  private final List<Path> files;

  private KernelReplay(List<Path> files) {
    this.files = List.copyOf(files);
  }

  /** Returns the replay of some recordings, plain or gzip-ed, in this order. */
  public static KernelReplay of(List<Path> files) {
    return new KernelReplay(files);
  }

  /**
   * Replays what can be.
   *
   * @throws RecordingException if a recording cannot be read or is malformed
   * @throws io.github.gmem4j.api.memory.KernelException if there is no {@code /dev/kvm} to be used,
   *     or it gives no VM of a type that was recorded
   */
  public KernelReplayReport run() {
    try (Kvm kvm = Kvm.open().orThrow()) {
      return run(kvm);
    }
  }

  /** Replays on a kernel. */
  KernelReplayReport run(Kvm kvm) {
    long start = System.nanoTime();
    boolean inPlace =
        kvm.conversion(VmType.SW_PROTECTED) instanceof KernelResult.Ok<ConversionInterface> ok
            && ok.value() instanceof ConversionInterface.InPlace;
    List<SequenceReport> played = new ArrayList<>();
    SortedMap<String, Long> skipped = new TreeMap<>();
    List<Path> unplayed = new ArrayList<>();
    for (Path file : files) {
      int before = played.size();
      try (RecordingReader reader = RecordingReader.open(file)) {
        for (var next = reader.next(); next.isPresent(); next = reader.next()) {
          switch (next.get()) {
            case Recorded.OfPkvm pkvm -> skipped.merge("of pKVM", 1L, Long::sum);
            case Recorded.OfGuestMemory(var sequence) ->
                obstacle(sequence, inPlace)
                    .ifPresentOrElse(
                        why -> skipped.merge(why, 1L, Long::sum),
                        () -> played.add(play(sequence, kvm)));
          }
        }
      }
      if (played.size() == before) {
        unplayed.add(file);
      }
    }
    return new KernelReplayReport(
        played.size(),
        played.stream().mapToLong(SequenceReport::operations).sum(),
        skipped,
        unplayed,
        played.stream().flatMap(report -> report.disagreements().stream()).toList(),
        Duration.ofNanos(System.nanoTime() - start));
  }

  private static Optional<String> obstacle(
      RecordedSequence<StartVm, Operation> sequence, boolean inPlace) {
    if (inPlace) {
      return Optional.of(
          "of generation %s, for this kernel converts in place"
              .formatted(sequence.start().generation()));
    }
    if (sequence.start().generation() != Generation.C) {
      return Optional.of("of generation " + sequence.start().generation());
    }
    boolean forks =
        sequence.lines().stream().anyMatch(line -> line.operation() instanceof HostOperation.Fork);
    return forks ? Optional.of("with a fork") : Optional.empty();
  }

  private static SequenceReport play(RecordedSequence<StartVm, Operation> sequence, Kvm kvm) {
    try (Player player = GuestMemoryPlayer.onRealKernel(sequence.start(), kvm)) {
      return SequencePlayer.play(sequence, player::play);
    }
  }
}
