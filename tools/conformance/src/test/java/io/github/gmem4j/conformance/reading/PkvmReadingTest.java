package io.github.gmem4j.conformance.reading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.conformance.RecordingException;
import io.github.gmem4j.conformance.operation.Backing;
import io.github.gmem4j.conformance.pkvm.operation.GuestOperation;
import io.github.gmem4j.conformance.pkvm.operation.MappingOperation;
import io.github.gmem4j.conformance.pkvm.operation.PkvmOperation;
import io.github.gmem4j.conformance.pkvm.operation.Protection;
import io.github.gmem4j.conformance.pkvm.operation.StartHost;
import io.github.gmem4j.conformance.recording.Recorded;
import io.github.gmem4j.conformance.recording.RecordedSequence;
import io.github.gmem4j.conformance.recording.Recordings;
import io.github.gmem4j.policy.pkvm.el2.VmKind;
import io.github.gmem4j.policy.pkvm.hvc.Hvc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lines of generation P. */
final class PkvmReadingTest {
  private static final String VM =
      """
      {"seq":0,"i":0,"op":"vm","gen":"P","profile":"mixed","vm_type":"PROTECTED",\
      "backing":"anon","pages":24,"vcpus":1,"ipa_bits":40,"memlock_pages":-1,"seed":"0x1",\
      "r":{"ret":0}}
      """;

  @TempDir private Path folder;

  @Test
  void theFirstLineDescribesTheHost() throws IOException {
    RecordedSequence<StartHost, PkvmOperation> sequence = pkvm(VM);

    assertEquals(
        new StartHost(VmKind.PROTECTED, Backing.ANON, 24, 1, 40, OptionalLong.empty(), "mixed", 1),
        sequence.start());
    assertEquals(
        OptionalLong.of(0),
        pkvm(VM.replace("\"memlock_pages\":-1", "\"memlock_pages\":0")).start().memlockPages());
  }

  @Test
  void operationsAreTyped() throws IOException {
    RecordedSequence<StartHost, PkvmOperation> sequence =
        pkvm(
            VM
                + """
                {"seq":0,"i":1,"op":"guest_hvc","vcpu":0,"fn":"0x10c6000003","x1":"0x90000000",\
                "x2":"0x0","x3":"0xffffffffffffffff","r":{}}
                {"seq":0,"i":2,"op":"mprotect","offset":"0x3000","pages":2,"prot":"NONE","r":{}}
                """);

    assertEquals(
        new GuestOperation.Call(0, new Hvc(0x10_c600_0003L, 0x9000_0000L, 0, -1)),
        sequence.lines().get(1).operation());
    assertEquals(
        new MappingOperation.Protect(PageRange.of(3, 2), Protection.NONE),
        sequence.lines().get(2).operation());
  }

  @Test
  void sequencesOfAllGenerationsMayBeInOneFile() throws IOException {
    Path file = folder.resolve("both");
    String other =
        """
        {"seq":1,"i":0,"op":"vm","gen":"C","seed":"0x1","profile":"mixed",\
        "vm_type":"SW_PROTECTED","exit_hypercall":1,"r":{"ret":0}}
        """;
    Files.writeString(file, VM + other + VM.replace("\"seq\":0", "\"seq\":2"));

    List<Recorded> sequences = Recordings.sequences(file);

    assertEquals(3, sequences.size());
    assertInstanceOf(Recorded.OfGuestMemory.class, sequences.get(1));
    assertInstanceOf(Recorded.OfPkvm.class, sequences.get(2));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"seq":0,"i":1,"op":"fork","r":{"ret":0}              | malformed JSON
          {"seq":0,"i":1,"op":"convert","r":{}}                 | unknown op convert
          {"seq":0,"i":1,"op":"mlock","r":{}}                   | unknown op mlock
          {"seq":0,"i":1,"op":"fork","g":0,"r":{}}              | field g does not belong to fork
          {"seq":0,"i":1,"op":"guest_read","vcpu":1,"gpa":"0x0","r":{}} | field vcpu is 1, outside
          {"seq":0,"i":1,"op":"guest_read","vcpu":-1,"gpa":"0x0","r":{}} | field vcpu is -1
          {"seq":0,"i":1,"op":"guest_read","gpa":"0x0","r":{}}  | field vcpu is missing
          {"seq":0,"i":1,"op":"guest_write","vcpu":0,"gpa":"0x0","value":256,"r":{}} | field value
          {"seq":0,"i":1,"op":"guest_hvc","vcpu":0,"fn":3,"r":{}} | field fn is not a string of
          {"seq":0,"i":1,"op":"guest_hvc","vcpu":0,"fn":"0x3","r":{}} | field x1 is missing
          {"seq":0,"i":1,"op":"mprotect","offset":"0x0","pages":1,"prot":"X","r":{}} | unknown prot
          {"seq":0,"i":1,"op":"mprotect","offset":"0x1","pages":1,"prot":"R","r":{}} | field offset
          {"seq":0,"i":1,"op":"punch","offset":"0x0","pages":0,"r":{}} | field pages is 0
          {"seq":0,"i":1,"op":"madvise","offset":"0x0","pages":1,"advice":"REMOVE","r":{}} | unknown
          {"seq":0,"i":1,"op":"vm_create","vm":2,"vm_type":"NORMAL","r":{}} | field vm is 2, outside
          {"seq":0,"i":1,"op":"vm_create","vm":1,"vm_type":"DEFAULT","r":{}} | unknown vm_type
          {"seq":0,"i":1,"op":"pin","id":1,"kind":"dma","offset":"0x0","pages":1,"r":{}} | unknown
          {"seq":0,"i":1,"op":"gmem_slot","slot":1,"gpa":"0x0","pages":-1,"flags":"0x0","r":{}} | fi
          {"seq":0,"i":2,"op":"fork","r":{}}                    | i is 2 after 0
          {"seq":0,"i":0,"op":"fork","r":{}}                    | i is 0 after 0
          {"seq":3,"i":1,"op":"fork","r":{}}                    | seq is 3 in sequence 0
          {"seq":0,"i":0,"op":"vm","gen":"P","r":{}}            | seq is 0 after 0
          {"seq":1,"i":0,"op":"vm","gen":"P","r":{}}            | field memlock_pages is missing
          """)
  void aLineThatIsNotOfTheFormatIsNamedWithItsFile(String line, String reason) throws IOException {
    assertRefused(VM + line + "\n", 2, reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "memlock_pages":-1 | "memlock_pages":-2 | field memlock_pages is -2, below -1
          "pages":24         | "pages":0          | field pages is 0, outside
          "vcpus":1          | "vcpus":0          | field vcpus is 0, outside
          "ipa_bits":40      | "ipa_bits":64      | field ipa_bits is 64, outside
          "backing":"anon"   | "backing":"disk"   | unknown backing disk
          "PROTECTED"        | "SW_PROTECTED"     | unknown vm_type SW_PROTECTED
          "seed":"0x1"       | "seed":1           | field seed is not a string of
          """)
  void aHostThatCannotBeIsRefused(String from, String to, String reason) throws IOException {
    String line = VM.replace(from, to);
    assertTrue(!line.equals(VM), from);

    assertRefused(line, 1, reason);
  }

  @Test
  void aCompressedFileThatEndsEarlyIsRefused() throws IOException {
    byte[] whole = Files.readAllBytes(Recordings.P);
    Path cut = folder.resolve("cut");
    Files.write(cut, Arrays.copyOf(whole, whole.length / 2));

    RecordingException e = assertThrows(RecordingException.class, () -> Recordings.sequences(cut));

    assertEquals(cut, e.file());
    assertTrue(e.line() > 100, e.getMessage());
    assertTrue(e.getMessage().contains("cannot be read on"), e.getMessage());
  }

  @Test
  void aPlainFileThatEndsInTheMiddleOfALineIsRefusedThere() throws IOException {
    Path plain = Recordings.unpacked(Recordings.P, folder);
    List<String> lines = Files.readAllLines(plain);
    String last = lines.get(500);
    Path cut = folder.resolve("cut");
    Files.writeString(
        cut,
        String.join("\n", lines.subList(0, 500)) + "\n" + last.substring(0, last.length() / 2));

    RecordingException e = assertThrows(RecordingException.class, () -> Recordings.sequences(cut));

    assertEquals(501, e.line());
  }

  private RecordedSequence<StartHost, PkvmOperation> pkvm(String text) throws IOException {
    Path file = folder.resolve("recording");
    Files.writeString(file, text);
    return assertInstanceOf(Recorded.OfPkvm.class, Recordings.sequences(file).getFirst())
        .sequence();
  }

  private void assertRefused(String text, long line, String reason) throws IOException {
    RecordingException e = assertThrows(RecordingException.class, () -> pkvm(text));
    Path file = folder.resolve("recording");
    assertTrue(e.getMessage().startsWith(file + ", line " + line + ": " + reason), e.getMessage());
    assertEquals(line, e.line());
  }
}
