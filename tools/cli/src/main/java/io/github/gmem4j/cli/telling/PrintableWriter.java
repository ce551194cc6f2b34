package io.github.gmem4j.cli.telling;

import io.github.gmem4j.cli.scenario.Printable;
import java.io.FilterWriter;
import java.io.IOException;
import java.io.Writer;

/**
 * The last thing before a terminal: whoever wrote the text, a story, a policy or an exception, it
 * appears and does nothing else.
 */
public final class PrintableWriter extends FilterWriter {
  /** Creates a writer that passes on what is written to it, in printable form. */
  public PrintableWriter(Writer out) {
    super(out);
  }

  @Override
  public void write(int letter) throws IOException {
    out.write(Printable.lines(Character.toString((char) letter)));
  }

  @Override
  public void write(char[] letters, int offset, int length) throws IOException {
    out.write(Printable.lines(new String(letters, offset, length)));
  }

  @Override
  public void write(String text, int offset, int length) throws IOException {
    out.write(Printable.lines(text.substring(offset, offset + length)));
  }
}
