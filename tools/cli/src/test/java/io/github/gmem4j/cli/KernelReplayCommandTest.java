package io.github.gmem4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gmem4j.conformance.KernelReplayReport;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A replay on a real kernel that played nothing of a recording is no success. */
final class KernelReplayCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int tell(long sequences, Map<String, Long> skipped, List<Path> unplayed) {
    return new KernelReplayCommand(new PrintWriter(out), new PrintWriter(err))
        .tell(
            new KernelReplayReport(
                sequences, 0, new TreeMap<>(skipped), unplayed, List.of(), Duration.ZERO));
  }

  @Test
  void nothing_played_is_told_with_the_file_and_exit_code_1() {
    int code = tell(0, Map.of("of generation B", 60L), List.of(Path.of("B.jsonl.gz")));

    assertEquals(1, code);
    assertEquals(
        "gmem: nothing of B.jsonl.gz can be played on this host's kernel%n".formatted(),
        err.toString());
    assertEquals(
        ("skipped 60 sequences of generation B%n"
                + "replayed 0 sequences, 0 operations: 0 disagreements%n")
            .formatted(),
        out.toString());
  }

  @Test
  void sequences_left_out_of_a_recording_that_was_played_are_no_failure() {
    assertEquals(0, tell(19, Map.of("with a fork", 11L), List.of()));
    assertEquals("", err.toString());
  }
}
