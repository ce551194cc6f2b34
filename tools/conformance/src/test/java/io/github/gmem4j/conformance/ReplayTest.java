package io.github.gmem4j.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.conformance.recording.Recordings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReplayTest {
  @TempDir private Path folder;

  @Test
  void replaysEverySequenceOfEveryFileInOrder() {
    List<SequenceReport> told = new ArrayList<>();

    ReplayReport report =
        Replay.of(List.of(Recordings.C, Recordings.P, Recordings.B)).onProgress(told::add).run();

    assertEquals(130, report.sequences());
    assertEquals(12_890 + 6_008 + 7_151, report.operations());
    assertEquals(List.of(), report.disagreements());
    assertEquals(130, told.size());
    assertEquals(Recordings.C, told.getFirst().file());
    assertEquals(0, told.getFirst().sequence());
    assertEquals(Recordings.B, told.getLast().file());
    assertEquals(59, told.getLast().sequence());
  }

  @Test
  void findsTheSameInAPlainFileAsInACompressedOne() throws IOException {
    ReplayReport plain = Replay.of(List.of(Recordings.unpacked(Recordings.C, folder))).run();
    ReplayReport packed = Replay.of(List.of(Recordings.C)).run();

    assertEquals(packed.sequences(), plain.sequences());
    assertEquals(packed.operations(), plain.operations());
    assertEquals(packed.disagreements(), plain.disagreements());
  }

  @Test
  void reportsAnAlteredLineInTheFormOfTheRecordingAndReplaysTheRest() throws IOException {
    Path file = Recordings.unpacked(Recordings.B, folder);
    List<String> lines = new ArrayList<>(Files.readAllLines(file));
    String altered = lines.get(6).replace("\"r\":{\"value\":207}", "\"r\":{\"value\":208}");
    lines.set(6, altered);
    Files.write(file, lines);

    ReplayReport report = Replay.of(List.of(file)).run();

    assertEquals(
        List.of(
            new Disagreement(
                file,
                7,
                0,
                6,
                "uaccess_write",
                List.of("value"),
                "{\"value\":208}",
                "{\"value\":207}")),
        report.disagreements());
    assertEquals(12_890, report.operations());
    assertEquals(
        file + ":7: seq 0, i 6, uaccess_write: expected {\"value\":208}, got {\"value\":207}",
        report.disagreements().getFirst().toString());
  }

  @Test
  void rendersEveryKindOfFieldAsTheRecordingDoes() throws IOException {
    String hypercall =
        "{\"exit\":\"HYPERCALL\",\"nr\":\"0xc\",\"args\":[\"0x100032000\",\"0x5\",\"0x0\"],"
            + "\"flags\":\"0x1\",\"ret_on_exit\":\"0x0\",\"conversions\":[{\"g\":0,"
            + "\"offset\":\"0x27000\",\"size\":\"0x5000\",\"attributes\":\"0x0\",\"ret\":0}],"
            + "\"set_ret\":\"0x0\",\"guest_rax\":\"0x0\"}";
    Path file = Recordings.unpacked(Recordings.B, folder);
    List<String> lines = new ArrayList<>(Files.readAllLines(file).subList(0, 11));
    assertTrue(lines.get(10).contains(hypercall));
    String wrong = hypercall.replace("0x27000", "0x27001");
    lines.set(10, lines.get(10).replace(hypercall, wrong));
    Files.write(file, lines);

    Disagreement disagreement = Replay.of(List.of(file)).run().disagreements().getFirst();

    assertEquals(wrong, disagreement.expected());
    assertEquals(hypercall, disagreement.got());
    assertEquals(List.of("conversions"), disagreement.fields());
  }

  @Test
  void rendersWhatOnlyRecordingsOfPkvmHaveAsTheyDo() throws IOException {
    String registers =
        "{\"exit\":\"OK\",\"x0\":\"0x0\",\"x1\":\"0x0\",\"x2\":\"0x0\",\"x3\":\"0x0\"}";
    Path file = Recordings.unpacked(Recordings.P, folder);
    List<String> lines = new ArrayList<>(Files.readAllLines(file));
    int first = 0;
    while (!lines.get(first).contains(registers)) {
      first++;
    }
    String wrong = registers.replace("\"x3\":\"0x0\"", "\"x3\":\"0xfffffffffffffffd\"");
    lines.set(first, lines.get(first).replace(registers, wrong));
    Files.write(file, lines);

    List<Disagreement> disagreements = Replay.of(List.of(file)).run().disagreements();

    assertEquals(1, disagreements.size());
    assertEquals(first + 1, disagreements.getFirst().line());
    assertEquals("guest_hvc", disagreements.getFirst().operation());
    assertEquals(wrong, disagreements.getFirst().expected());
    assertEquals(registers, disagreements.getFirst().got());
    assertEquals(List.of("x3"), disagreements.getFirst().fields());
  }

  @Test
  void endsAtALineThatIsNotARecording() throws IOException {
    Path file = Recordings.unpacked(Recordings.B, folder);
    List<String> lines = new ArrayList<>(Files.readAllLines(file));
    lines.set(4_000, "nonsense");
    Files.write(file, lines);

    RecordingException e =
        assertThrows(RecordingException.class, () -> Replay.of(List.of(file)).run());

    assertEquals(file, e.file());
    assertEquals(4_001, e.line());
  }
}
