package io.github.gmem4j.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code gmem replay} says. */
class ReplayTest {
  private static final Path RECORDING =
      Shell.ROOT.resolve("tools/conformance/recordings/B.jsonl.gz");

  @TempDir Path directory;

  private static List<String> lines(Path recording) throws IOException {
    try (InputStream in = new GZIPInputStream(Files.newInputStream(recording))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }

  @Test
  void a_recording_that_agrees_ends_with_the_tally_and_exit_code_0() {
    Shell replay = Shell.gmem("replay", RECORDING);

    assertAll(
        () -> assertEquals(0, replay.code(), replay.out()),
        () -> assertEquals("", replay.err()),
        () ->
            assertTrue(
                replay
                    .lastLine()
                    .matches("replayed \\d+ sequences, \\d+ operations: 0 disagreements"),
                replay.lastLine()));
  }

  @Test
  void a_result_that_the_kernel_never_gave_is_shown_with_its_place() throws IOException {
    List<String> lines = lines(RECORDING);
    int convert =
        lines.stream()
            .filter(line -> line.contains("\"ret\":0"))
            .map(lines::indexOf)
            .findFirst()
            .orElseThrow();
    String wrong = lines.get(convert).replace("\"ret\":0", "\"ret\":-1,\"errno\":\"EPERM\"");
    List<String> changed = new ArrayList<>(lines.subList(0, convert + 1));
    changed.set(convert, wrong);
    Path file = Files.write(directory.resolve("changed.jsonl"), changed);

    Shell replay = Shell.gmem("replay", "--no-progress", file);

    assertAll(
        () -> assertEquals(1, replay.code(), replay.out()),
        () -> assertTrue(replay.lastLine().endsWith(": 1 disagreements"), replay.lastLine()),
        () -> assertTrue(replay.out().startsWith(file + ", line " + (convert + 1) + ": sequence ")),
        () -> assertTrue(replay.out().contains("\n  expected "), replay.out()),
        () -> assertTrue(replay.out().contains("\n  got "), replay.out()));
  }

  @Test
  void a_recording_that_cannot_be_read_is_named_with_its_line() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("broken.jsonl"), lines(RECORDING).getFirst() + "\nnonsense\n");

    Shell replay = Shell.gmem("replay", file);

    assertAll(
        () -> assertEquals(2, replay.code()),
        () -> assertTrue(replay.err().startsWith("gmem: " + file + ", line 2"), replay.err()),
        () -> assertEquals(1, replay.err().lines().count(), replay.err()));
  }
}
