package io.github.gmem4j.cli;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Recordings and documents that were spoilt at random: each is an answer with exit code 0 or 1, or
 * one sentence and 2; no stack trace, no end of memory, no hang. {@code -Dgmem.seed} repeats a run.
 */
class MalformedInputSweepTest {
  private static final int RECORDINGS = 1000;
  private static final int DOCUMENTS = 300;
  private static final int LINES = 10;

  /** No single input takes a second; this is for one that never ends. */
  private static final Duration FOREVER = Duration.ofMinutes(10);

  /** What makes readers stumble: ends, signs, sizes that no machine has. */
  private static final List<String> SPLINTERS =
      List.of(
          "",
          "\"",
          "{",
          "}",
          "[",
          ",",
          ":",
          "\n",
          "\r\n",
          "\u0000",
          "-1",
          "0",
          "1e999",
          "9223372036854775808",
          "\"0xffffffffffffffff\"",
          "\"0x7ffffffffffff000\"",
          "\"0x8000000000000000\"",
          "1048576",
          "null",
          "\u001b[2J",
          "\ud83d\ude00",
          "[".repeat(2000),
          "<!-- gmem end -->",
          "<!-- gmem compare story.yaml -->",
          "--diagram x.svg",
          "@story.yaml",
          "--policies ,,",
          "--columns runs,runs");

  private static final String DOCUMENT =
      """
      # A title
      <!-- gmem compare story.yaml --policies software-protected --columns runs -->
      stale
      <!-- gmem end -->
      text
      <!-- gmem compare story.yaml --policies=tdx,snp -->
      <!-- gmem end -->
      """;

  @TempDir Path directory;

  private final long seed = Long.getLong("gmem.seed", System.nanoTime());
  private final Random random = new Random(seed);

  /** Returns the first lines of some sequences of a recording. */
  private static List<String> sequences(String name) throws IOException {
    Path file = Shell.ROOT.resolve("tools/conformance/recordings/" + name);
    Map<String, StringBuilder> sequences = new HashMap<>();
    try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
        StringBuilder sequence =
            sequences.computeIfAbsent(
                line.substring(0, line.indexOf(',')), s -> new StringBuilder());
        if (sequence.chars().filter(letter -> letter == '\n').count() < LINES) {
          sequence.append(line).append('\n');
        }
      }
    }
    return sequences.values().stream().map(StringBuilder::toString).toList();
  }

  private <T> T any(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  /** Returns a text with one to three things cut out, doubled, exchanged or put in. */
  private String spoilt(String text) {
    String spoilt = text;
    for (int i = random.nextInt(3); i >= 0; i--) {
      int from = random.nextInt(spoilt.length() + 1);
      int to = Math.min(spoilt.length(), from + random.nextInt(40));
      spoilt =
          switch (random.nextInt(5)) {
            case 0 -> spoilt.substring(0, from) + any(SPLINTERS) + spoilt.substring(to);
            case 1 -> spoilt.substring(0, to) + spoilt.substring(from);
            case 2 -> spoilt.substring(0, from) + any(SPLINTERS) + spoilt.substring(from);
            case 3 -> withAnotherNumber(spoilt, from);
            default -> withLinesExchanged(spoilt);
          };
    }
    return spoilt;
  }

  private String withAnotherNumber(String text, int from) {
    String rest = text.substring(from);
    String number = rest.replaceFirst("(?s)^.*?(\"0x\\p{XDigit}+\"|[0-9]+).*$", "$1");
    int at = rest.indexOf(number);
    return text.substring(0, from)
        + rest.substring(0, at)
        + any(SPLINTERS)
        + rest.substring(at + number.length());
  }

  private String withLinesExchanged(String text) {
    List<String> lines = new ArrayList<>(text.lines().toList());
    if (lines.size() > 1) {
      lines.set(random.nextInt(lines.size()), any(lines));
    }
    return String.join("\n", lines) + "\n";
  }

  private byte[] spoiltAndPacked(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    switch (random.nextInt(3)) {
      case 0 -> bytes.writeBytes(any(SPLINTERS).getBytes(StandardCharsets.UTF_8));
      case 1 -> bytes.writeBytes(bytes.toByteArray());
      default -> {}
    }
    byte[] packed = bytes.toByteArray();
    if (random.nextBoolean()) {
      packed[random.nextInt(packed.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return packed;
  }

  private void assertAnswers(Path file, Shell shell) {
    String all = shell.code() + "\n" + shell.out() + shell.err();
    String why = "seed " + seed + ", " + file + ": " + all;
    assertTrue(shell.code() >= 0 && shell.code() <= 2, why);
    assertTrue(!all.contains("\tat ") && !all.contains("OutOfMemory"), why);
    assertTrue(shell.err().lines().count() == (shell.code() == 2 ? 1 : 0), why);
    assertTrue(shell.err().isEmpty() || shell.err().startsWith("gmem: "), why);
    assertTrue(
        shell.err().chars().noneMatch(c -> Character.isISOControl(c) && c != '\n' && c != '\r'),
        why);
  }

  @Test
  void no_recording_breaks_the_replay() throws IOException {
    List<String> good = new ArrayList<>();
    for (String name : List.of("B.jsonl.gz", "C.jsonl.gz", "P.jsonl.gz")) {
      good.addAll(sequences(name));
    }
    Path file = directory.resolve("recording");
    System.out.println("malformed recordings: seed " + seed);

    assertTimeoutPreemptively(
        FOREVER,
        () -> {
          for (int i = 0; i < RECORDINGS; i++) {
            String text = i % 2 == 0 ? spoilt(any(good)) : any(good);
            if (i % 4 == 0) {
              Files.write(file, text.getBytes(StandardCharsets.UTF_8));
            } else {
              Files.write(file, spoiltAndPacked(text));
            }
            assertAnswers(file, Shell.gmem("replay", "--no-progress", file));
          }
        });
  }

  @Test
  void no_document_breaks_its_tables() throws IOException {
    Files.writeString(directory.resolve("story.yaml"), TablesTest.STORY);
    Path file = directory.resolve("document.md");
    System.out.println("malformed documents: seed " + seed);

    assertTimeoutPreemptively(
        FOREVER,
        () -> {
          for (int i = 0; i < DOCUMENTS; i++) {
            Files.write(file, spoilt(DOCUMENT).getBytes(StandardCharsets.UTF_8));
            assertAnswers(
                file,
                random.nextBoolean()
                    ? Shell.gmem("tables", "--check", file)
                    : Shell.gmem("tables", file));
          }
        });
  }
}
