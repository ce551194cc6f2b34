package io.github.gmem4j.cli.telling;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gmem4j.cli.scenario.Printable;
import java.io.IOException;
import java.io.StringWriter;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Nothing that reaches a terminal or a picture does anything but appear. */
class PrintableWriterTest {
  /** XML 1.0, section 2.2: the characters that a document may have. */
  @Test
  void what_is_printable_may_stand_in_xml() {
    IntStream.rangeClosed(0, 0xffff)
        .mapToObj(code -> Printable.of("" + (char) code))
        .flatMapToInt(String::codePoints)
        .forEach(code ->
            assertEquals(true, code >= ' ' && code < 0xfffe && (code < 0xd800 || code > 0xdfff)));
  }

  @Test
  void lines_and_tabulators_stay() {
    String text = "tab\tline\nZürich 日本 𝔾 …\r\nend";

    assertEquals(text, Printable.lines(text));
    assertEquals("a<U+000D>b<U+001B>\n", Printable.lines("a\rb\u001b\n"));
  }

  @Test
  void it_is_the_same_however_it_is_written() throws IOException {
    StringWriter out = new StringWriter();
    try (PrintableWriter printable = new PrintableWriter(out)) {
      printable.write(0x1b);
      printable.write("a\u001bb", 1, 1);
      printable.write(new char[] {'a', 0x1b, 'b'}, 1, 2);
      printable.append('\r').append("\r\n");
    }

    assertEquals("<U+001B><U+001B><U+001B>b<U+000D>\r\n", out.toString());
  }
}
