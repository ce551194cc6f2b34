package io.github.gmem4j.conformance.reading;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.conformance.RecordingException;
import io.github.gmem4j.conformance.recording.Recorded;
import io.github.gmem4j.conformance.recording.Recordings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RecordingReaderTest {
  private static final String VM =
      """
      {"seq":0,"i":0,"op":"vm","gen":"B","seed":"0x1","profile":"mixed","vm_type":"SW_PROTECTED",\
      "exit_hypercall":1,"r":{"ret":0}}
      """;
  private static final String FORK = "{\"seq\":0,\"i\":1,\"op\":\"fork\",\"r\":{\"ret\":0}}\n";

  @TempDir private Path folder;

  @Test
  void findsTheSameInAPlainFileAsInACompressedOne() throws IOException {
    var packed = Recordings.sequences(Recordings.B);
    var plain = Recordings.sequences(Recordings.unpacked(Recordings.B, folder));

    assertEquals(60, packed.size());
    assertEquals(packed.size(), plain.size());
    for (int i = 0; i < packed.size(); i++) {
      assertEquals(packed.get(i).sequence().lines(), plain.get(i).sequence().lines());
    }
  }

  @Test
  void acceptsALastLineWithoutItsEnd() throws IOException {
    assertEquals(2, read(VM + FORK.strip()).getFirst().sequence().lines().size());
  }

  @Test
  void acceptsSequencesThatWereLeftOut() throws IOException {
    assertEquals(7, read(VM + VM.replace("\"seq\":0", "\"seq\":7")).getLast().sequence().number());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"seq":0,"i":1,"op":"fork","r":{"ret":0}              | malformed JSON
          {"seq":0,"i":1,"op":"fo                               | malformed JSON
          nonsense                                              | malformed JSON
          [1]                                                   | the line is not a JSON object
          {"seq":0,"i":1,"op":"spoon","r":{}}                   | unknown op spoon
          {"seq":0,"i":1,"op":"fork","r":{},"why":1}            | unknown field why in fork
          {"seq":0,"i":1,"op":"fork","r":{"why":1}} | unknown field why in the result of fork
          {"seq":0,"i":1,"op":"fork","r":{"r":{}}} | field r appears in the result of fork
          {"seq":0,"i":1,"op":"fork","g":0,"r":{}}              | field g does not belong to fork
          {"seq":0,"i":1,"op":"fork"}                           | field r is missing
          {"seq":0,"i":1,"r":{}}                                | field op is missing
          {"seq":0,"op":"fork","r":{}}                          | field i is missing
          {"seq":0,"i":1,"op":"close","r":{}}                   | field g is missing
          {"seq":0,"i":1,"op":"close","g":2,"r":{}}             | field g is 2, outside [0, 1]
          {"seq":0,"i":1,"op":"close","g":"0","r":{}}           | field g is not an integer
          {"seq":0,"i":1,"op":"close","g":0.5,"r":{}}           | field g is not an integer
          {"seq":0,"i":1,"op":"close","g":0,"g":0,"r":{}}       | field g appears twice
          {"seq":0,"i":1,"op":"close","g":0,"r":0}              | field r is not an object
          {"seq":0,"i":1,"op":"guest_read","gpa":5,"r":{}}      | field gpa is not a string of
          {"seq":0,"i":1,"op":"guest_read","gpa":"5","r":{}}    | field gpa is not a string of
          {"seq":0,"i":1,"op":"guest_read","gpa":"0x","r":{}}   | field gpa is not a string of
          {"seq":0,"i":1,"op":"guest_read","gpa":"0xg","r":{}}  | field gpa is not a string of
          {"seq":0,"i":1,"op":"guest_read","gpa":"0x10000000000000000","r":{}} | field gpa is not a
          {"seq":0,"i":1,"op":"mlock","g":0,"offset":"0x1","pages":1,"r":{}} | field offset is not
          {"seq":0,"i":1,"op":"mlock","g":0,"offset":"0x0","pages":0,"r":{}} | field pages is 0
          {"seq":0,"i":1,"op":"mlock","g":0,"offset":"0x0","pages":1048577,"r":{}} | field pages \
          is 1048577, more than 1048576 pages at once
          {"seq":0,"i":1,"op":"unpin","id":0,"kind":"dma","r":{}} | unknown kind dma
          {"seq":0,"i":1,"op":"gmem_convert","r":{}} | op gmem_convert is not of generation B
          {"seq":0,"i":2,"op":"fork","r":{}}                    | i is 2 after 0
          {"seq":0,"i":0,"op":"fork","r":{}}                    | i is 0 after 0
          {"seq":1,"i":1,"op":"fork","r":{}}                    | seq is 1 in sequence 0
          """)
  void aLineThatIsNotOfTheFormatIsNamedWithItsFile(String line, String reason) throws IOException {
    assertRefused(VM + line + "\n", 2, reason);
  }

  @Test
  void anOperationBeforeItsVmIsRefused() throws IOException {
    assertRefused(FORK + VM, 1, "op fork comes before op vm");
  }

  @Test
  void sequencesMustAscend() throws IOException {
    assertRefused(VM + VM, 2, "seq is 0 after 0");
  }

  @Test
  void aSequenceMustBeginWithItsFirstOperation() throws IOException {
    assertRefused(VM.replace("\"i\":0", "\"i\":3"), 1, "i is 3 in the first line of a sequence");
  }

  @Test
  void anEmptyLineIsRefused() throws IOException {
    assertRefused(VM + "\n" + FORK, 2, "the line is empty");
  }

  @Test
  void anEmptyLineAtTheEndIsRefusedToo() throws IOException {
    assertRefused(VM + FORK + "\n", 3, "the line is empty");
    assertRefused(VM + FORK + "  ", 3, "the line is empty");
  }

  @Test
  void plainTextBehindACompressedSequenceIsRefused() throws IOException {
    Path file = folder.resolve("recording");
    var bytes = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(bytes)) {
      out.write((VM + FORK).getBytes(UTF_8));
    }
    bytes.writeBytes(VM.replace("\"seq\":0", "\"seq\":1").getBytes(UTF_8));
    Files.write(file, bytes.toByteArray());

    RecordingException e = assertThrows(RecordingException.class, () -> Recordings.sequences(file));

    assertTrue(e.getMessage().startsWith(file + ", line 3: cannot be read on"), e.getMessage());
    assertTrue(e.getMessage().contains("follows something that is no gzip member"));
  }

  @Test
  void twoObjectsOnALineAreRefused() throws IOException {
    assertRefused(VM.strip() + FORK, 1, "the line holds more than one object");
  }

  @Test
  void anObjectOnTwoLinesIsRefused() throws IOException {
    assertRefused(VM.replace(",\"i\"", ",\n\"i\""), 1, "the object does not end on its line");
  }

  @Test
  void anEmptyFileIsRefused() throws IOException {
    assertRefused("", 0, "holds no operation");
  }

  @Test
  void aMissingFileIsRefused() {
    Path missing = folder.resolve("missing");
    RecordingException e =
        assertThrows(RecordingException.class, () -> RecordingReader.open(missing));
    assertTrue(e.getMessage().startsWith(missing + ": cannot be read"), e.getMessage());
  }

  @Test
  void aCompressedFileThatEndsEarlyIsRefused() throws IOException {
    byte[] whole = Files.readAllBytes(Recordings.C);
    Path cut = folder.resolve("cut");
    Files.write(cut, Arrays.copyOf(whole, whole.length / 2));

    RecordingException e = assertThrows(RecordingException.class, () -> Recordings.sequences(cut));

    assertEquals(cut, e.file());
    assertTrue(e.line() > 100, e.getMessage());
    assertTrue(e.getMessage().contains("cannot be read on"), e.getMessage());
  }

  @Test
  void aGenerationThatNobodyKnowsIsRefusedAtItsFirstLine() throws IOException {
    assertRefused(VM.replace("\"gen\":\"B\"", "\"gen\":\"Q\""), 1, "generation Q is not supported");
  }

  private void assertRefused(String text, long line, String reason) throws IOException {
    RecordingException e = assertThrows(RecordingException.class, () -> read(text));
    Path file = folder.resolve("recording");
    String place = line == 0 ? file + ": " : file + ", line " + line + ": ";
    assertTrue(e.getMessage().startsWith(place + reason), e.getMessage());
    assertEquals(1, e.getMessage().lines().count());
    assertEquals(file, e.file());
    assertEquals(line, e.line());
  }

  private List<Recorded> read(String text) throws IOException {
    Path file = folder.resolve("recording");
    Files.writeString(file, text);
    return Recordings.sequences(file);
  }
}
