package io.github.gmem4j.conformance.reading;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 1952, section 2.2: a gzip file is members, one after the other, and nothing else. */
final class GzipMembersTest {
  private static final int FLAGS = 3;
  private static final int HEADER = 10;

  private static byte[] member(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  private static byte[] together(byte[]... parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      bytes.writeBytes(part);
    }
    return bytes.toByteArray();
  }

  private static String read(byte[] file, int buffer) throws IOException {
    try (InputStream in = new GzipMembers(new ByteArrayInputStream(file), buffer)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static void assertRefused(String reason, byte[] file) {
    for (int buffer : new int[] {1, 7, 4096}) {
      IOException e = assertThrows(IOException.class, () -> read(file, buffer));
      assertEquals(reason, e.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 4096})
  void allMembersAreRead(int buffer) throws IOException {
    String text = "a line\n".repeat(1000);

    assertEquals(text + text, read(together(member(text), member(""), member(text)), buffer));
  }

  @Test
  void byteByByteItIsTheSame() throws IOException {
    try (InputStream in = new GzipMembers(new ByteArrayInputStream(member("ab\u00ff")), 16)) {
      assertEquals('a', in.read());
      assertEquals(0, in.read(new byte[0]));
      assertEquals('b', in.read());
      assertEquals(0xc3, in.read());
      assertEquals(0xbf, in.read());
      assertEquals(-1, in.read());
      assertEquals(-1, in.read());
    }
  }

  /** With all that a header may have: extra field, name, comment, checksum. */
  @Test
  void everyHeaderIsUnderstood() throws IOException {
    byte[] plain = member("text");
    byte[] header = Arrays.copyOf(plain, HEADER);
    header[FLAGS] = 0x1e;
    byte[] more = {2, 0, 'x', 'y', 'n', 0, 'c', 0, 1, 2};

    assertEquals(
        "text", read(together(header, more, Arrays.copyOfRange(plain, HEADER, plain.length)), 4));
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "{\"seq\":1}\n", "\u0000", "\n"})
  void whatFollowsAndIsNoMemberIsRefused(String tail) throws IOException {
    byte[] first = member("text");

    assertRefused(
        "at byte " + first.length + " follows something that is no gzip member",
        together(first, tail.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void aMemberThatIsCutOffAnywhereIsRefused() throws IOException {
    byte[] first = member("text");
    byte[] second = member("a second text, a second text");

    for (int length = 1; length < second.length; length++) {
      assertRefused(
          "the gzip member at byte " + first.length + " is cut off",
          together(first, Arrays.copyOf(second, length)));
    }
  }

  @Test
  void aMemberWhoseChecksumIsWrongIsRefused() throws IOException {
    byte[] bytes = member("text");
    for (int i = bytes.length - 8; i < bytes.length; i++) {
      byte[] damaged = bytes.clone();
      damaged[i] ^= 1;
      assertRefused("the gzip member at byte 0 does not match its checksum", damaged);
    }
  }

  @Test
  void aMemberOfAnotherMethodWithUnknownFlagsOrDamagedIsRefused() throws IOException {
    byte[] method = member("text");
    method[2] = 7;
    byte[] flags = member("text");
    flags[FLAGS] = (byte) 0x80;
    byte[] damaged = member("text");
    damaged[HEADER] = (byte) 0xff;

    assertRefused("the gzip member at byte 0 is not compressed with deflate", method);
    assertRefused("the gzip member at byte 0 has flags that nobody knows", flags);
    assertRefused("the gzip member at byte 0 is damaged", damaged);
  }
}
