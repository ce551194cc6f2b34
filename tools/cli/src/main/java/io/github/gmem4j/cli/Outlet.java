package io.github.gmem4j.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Standard output or standard error. A {@link PrintWriter} swallows what goes wrong; this remembers
 * it.
 */
final class Outlet extends FilterOutputStream {
  private @Nullable IOException failure;

  Outlet(OutputStream out) {
    super(out);
  }

  /** Returns a writer to this, without buffer between: a failure is known once it is flushed. */
  PrintWriter writer(Charset charset, boolean flushesLines) {
    return new PrintWriter(this, flushesLines, charset);
  }

  /**
   * Returns why text was lost. Nobody is told of a reader that has gone, as {@code head} does when
   * it has seen enough.
   */
  Optional<String> loss() {
    return Optional.ofNullable(failure)
        .map(e -> String.valueOf(e.getMessage()))
        .filter(why -> !why.contains("Broken pipe"));
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    try {
      out.write(bytes, offset, length);
    } catch (IOException e) {
      throw noted(e);
    }
  }

  @Override
  public void flush() throws IOException {
    try {
      out.flush();
    } catch (IOException e) {
      throw noted(e);
    }
  }

  private IOException noted(IOException e) {
    failure = failure == null ? e : failure;
    return e;
  }
}
