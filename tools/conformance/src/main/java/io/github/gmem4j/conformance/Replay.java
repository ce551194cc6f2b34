package io.github.gmem4j.conformance;

import io.github.gmem4j.conformance.playing.SequencePlayer;
import io.github.gmem4j.conformance.reading.RecordingReader;
import io.github.gmem4j.conformance.recording.Recorded;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Replays recordings of a real kernel against the in-memory engine and compares every result.
 *
 * <p>Sequences are independent of each other, so they are played at the same time while the
 * caller's thread reads on. Only a few are in memory at once, and the report's order is that of the
 * files.
 *
 * <pre>{@code
 * ReplayReport report = Replay.of(List.of(file)).onProgress(listener).run();
 * }</pre>
 */
public final class Replay {
  private static final int SEQUENCES_PER_THREAD = 4;

  private final List<Path> files;
  private final ReplayListener listener;

  private Replay(List<Path> files, ReplayListener listener) {
    this.files = List.copyOf(files);
    this.listener = listener;
  }

  /** Returns the replay of some recordings, plain or gzip-ed, in this order. */
  public static Replay of(List<Path> files) {
    return new Replay(files, report -> {});
  }

  /** Returns the same replay with a listener in place of the present one. */
  public Replay onProgress(ReplayListener listener) {
    return new Replay(files, listener);
  }

  /**
   * Replays everything.
   *
   * @throws RecordingException if a recording cannot be read or is malformed; sequences before that
   *     place may have been reported to the listener
   */
  public ReplayReport run() {
    long start = System.nanoTime();
    int threads = Runtime.getRuntime().availableProcessors();
    Tally tally = new Tally();
    try (ExecutorService players = Executors.newFixedThreadPool(threads)) {
      Queue<Future<SequenceReport>> playing = new ArrayDeque<>();
      for (Path file : files) {
        read(file, players, playing, threads * SEQUENCES_PER_THREAD, tally);
      }
      while (!playing.isEmpty()) {
        tally.add(finished(playing.remove()));
      }
    }
    return tally.report(Duration.ofNanos(System.nanoTime() - start));
  }

  private void read(
      Path file,
      ExecutorService players,
      Queue<Future<SequenceReport>> playing,
      int most,
      Tally tally) {
    try (RecordingReader reader = RecordingReader.open(file)) {
      Optional<Recorded> next = reader.next();
      while (next.isPresent()) {
        Recorded sequence = next.get();
        playing.add(players.submit(() -> SequencePlayer.play(sequence)));
        if (playing.size() >= most) {
          tally.add(finished(playing.remove()));
        }
        next = reader.next();
      }
    }
  }

  private SequenceReport finished(Future<SequenceReport> played) {
    try {
      SequenceReport report = played.get();
      listener.replayed(report);
      return report;
    } catch (ExecutionException e) {
      throw new IllegalStateException("a sequence could not be played", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("the replay was interrupted");
    }
  }

  private static final class Tally {
    private final List<Disagreement> disagreements = new ArrayList<>();
    private long sequences;
    private long operations;

    void add(SequenceReport report) {
      sequences++;
      operations += report.operations();
      disagreements.addAll(report.disagreements());
    }

    ReplayReport report(Duration elapsed) {
      return new ReplayReport(sequences, operations, disagreements, elapsed);
    }
  }
}
