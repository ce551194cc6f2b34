package io.github.gmem4j.conformance.reading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.conformance.RecordingException;
import io.github.gmem4j.conformance.recording.Recordings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A recording cannot say one thing and another; the line that does is named. */
final class ContradictionTest {
  private static final String B =
      """
      {"seq":0,"i":0,"op":"vm","gen":"B","seed":"0x1","profile":"mixed","vm_type":"SW_PROTECTED",\
      "exit_hypercall":1,"r":{"ret":0}}
      {"seq":0,"i":1,"op":"create","g":0,"size":"0x4000","flags":"0x3","r":{"ret":0,"mmap":"OK"}}
      {"seq":0,"i":2,"op":"pin","id":3,"kind":"vmsplice","g":0,"offset":"0x0","pages":2,\
      "r":{"ret":8192}}
      """;
  private static final String P =
      """
      {"seq":0,"i":0,"op":"vm","gen":"P","profile":"mixed","vm_type":"PROTECTED",\
      "backing":"anon","pages":24,"vcpus":1,"ipa_bits":40,"memlock_pages":-1,"seed":"0x1",\
      "r":{"ret":0}}
      {"seq":0,"i":1,"op":"vm_destroy","r":{"ret":0}}
      {"seq":0,"i":2,"op":"fork","r":{"ret":0}}
      """;

  @TempDir private Path folder;

  private void assertRefused(String before, String line, String reason) throws IOException {
    Path file = folder.resolve("recording");
    Files.writeString(file, before + "{\"seq\":0,\"i\":3," + line + "}\n");

    RecordingException e = assertThrows(RecordingException.class, () -> Recordings.sequences(file));

    assertEquals(file + ", line 4: the recording contradicts itself: " + reason, e.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "op":"fork","r":{"ret":-1} | ret is -1 and there is no errno
          "op":"fork","r":{"ret":0,"errno":"EPERM"} | ret is 0 and there is an errno
          "op":"fork","r":{"errno":"EPERM"} | there is an errno and nothing that failed
          "op":"host_read","g":0,"addr":"0x0","r":{"value":1,"sig":"SIGBUS"} | there is a value, \
          and the access failed
          "op":"host_read","g":0,"addr":"0x0","r":{"value":256} | value is 256, not a byte
          "op":"pin","id":3,"kind":"iouring","g":0,"offset":"0x0","pages":1,"r":{"ret":0} | id 3 \
          is held already
          "op":"pin","id":4,"kind":"vmsplice","g":0,"offset":"0x0","pages":1,"r":{"ret":8192} | \
          8192 bytes of 1 pages are in the pipe
          "op":"unpin","id":4,"kind":"vmsplice","r":{"ret":0,"data":[1,2]} | id 4 is not held
          "op":"unpin","id":3,"kind":"iouring","r":{"ret":0} | id 3 was taken as another kind
          "op":"unpin","id":3,"kind":"vmsplice","r":{"ret":0,"data":[1]} | data has 1 elements, \
          not 2
          "op":"child_exit","r":{"ret":0} | there is no child
          "op":"child_read","g":0,"addr":"0x0","r":{"value":1} | there is no child
          "op":"create","g":0,"size":"0x1000","flags":"0x0","r":{"ret":0} | g 0 is open already
          "op":"close","g":1,"r":{"ret":0} | g 1 is not open
          "op":"query_populated","g":0,"offset":"0x0","pages":4,"r":{"ret":0,"populated":"010"} | \
          populated has 3 elements, not 4
          "op":"convert","g":0,"offset":"0x1000","size":"0x1000","attributes":"0x8","flags":"0x0",\
          "reserved":"0x0","r":{"ret":-1,"errno":"EAGAIN","error_offset":"0x2000"} | error_offset \
          lies outside the range
          "op":"convert","g":0,"offset":"0x1000","size":"0x1000","attributes":"0x8","flags":"0x0",\
          "reserved":"0x0","r":{"ret":0,"error_offset":"0x1000"} | there is an error_offset and \
          no error
          "op":"guest_hypercall","nr":"0xc","gpa":"0x1000","npages":"0x1","attrs":"0x10","cpl":0,\
          "policy":"ignore","r":{"exit":"HYPERCALL","conversions":[]} | there are conversions, \
          and nobody was to convert
          """)
  void ofGuestMemory(String line, String reason) throws IOException {
    assertRefused(B, line, reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "op":"fork","r":{"ret":0} | there is a child already
          "op":"use_vm","vm":0,"r":{"ret":0} | there is no VM 0
          "op":"vm_destroy","r":{"ret":0} | there is no VM 0
          "op":"guest_read","vcpu":0,"gpa":"0x0","r":{"exit":"OK","value":1} | there is no VM 0
          "op":"unpin","id":1,"kind":"iouring","r":{"ret":0} | id 1 is not held
          """)
  void ofPkvm(String line, String reason) throws IOException {
    assertRefused(P, line, reason);
  }

  /** What was left may be had again. */
  @Test
  void whatIsGoneMayBeMadeAgain() throws IOException {
    Path file = folder.resolve("recording");
    Files.writeString(
        file,
        B
            + """
            {"seq":0,"i":3,"op":"unpin","id":3,"kind":"vmsplice","r":{"ret":0,"data":[1,2]}}
            {"seq":0,"i":4,"op":"pin","id":3,"kind":"iouring","g":0,"offset":"0x0","pages":1,\
            "r":{"ret":0}}
            {"seq":0,"i":5,"op":"close","g":0,"r":{"ret":0}}
            {"seq":0,"i":6,"op":"create","g":0,"size":"0x4000","flags":"0x3","r":{"ret":0}}
            {"seq":0,"i":7,"op":"fork","r":{"ret":0}}
            {"seq":0,"i":8,"op":"child_exit","r":{"ret":0}}
            {"seq":0,"i":9,"op":"fork","r":{"ret":0}}
            """);

    assertEquals(10, Recordings.sequences(file).getFirst().sequence().lines().size());
  }

  @Test
  void aSequenceThatIsTooLongToHoldIsRefused() throws IOException {
    Path file = folder.resolve("recording");
    try (var out = Files.newBufferedWriter(file)) {
      out.write(B);
      for (int i = 3; i < 200_000; i++) {
        out.write("{\"seq\":0,\"i\":" + i + ",\"op\":\"unbind\",\"slot\":1,\"r\":{\"ret\":0}}\n");
      }
    }

    RecordingException e = assertThrows(RecordingException.class, () -> Recordings.sequences(file));

    assertTrue(e.getMessage().endsWith(": sequence 0 is longer than 8388608 bytes"));
  }
}
