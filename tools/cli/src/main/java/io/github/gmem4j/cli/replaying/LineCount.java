package io.github.gmem4j.cli.replaying;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** Counts the lines of recordings, for a progress bar: an estimate of their operations. */
final class LineCount {
  private static final int BUFFER = 1 << 16;
  private static final int GZIP_FIRST = 0x1f;

  private LineCount() {}

  /** Returns how many lines there are; 0 if that cannot be known without using a file up. */
  static long of(List<Path> files) {
    long lines = 0;
    for (Path file : files) {
      if (!Files.isRegularFile(file)) {
        return 0;
      }
      try (InputStream in = open(file)) {
        byte[] buffer = new byte[BUFFER];
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
          for (int i = 0; i < read; i++) {
            lines += buffer[i] == '\n' ? 1 : 0;
          }
        }
      } catch (IOException e) {
        // The replay itself will say what is wrong with the file.
        return 0;
      }
    }
    return lines;
  }

  private static InputStream open(Path file) throws IOException {
    InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER);
    in.mark(1);
    boolean compressed = in.read() == GZIP_FIRST;
    in.reset();
    return compressed ? new GZIPInputStream(in, BUFFER) : in;
  }
}
