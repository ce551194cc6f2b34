package io.github.gmem4j.benchmarks.realkernel;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The C program, which waits for its turns in a process of its own. */
final class CProgram implements Contender, AutoCloseable {
  private final Process process;
  private final OutputStream asks;
  private final BufferedReader answers;

  private CProgram(Process process) {
    this.process = process;
    this.asks = process.getOutputStream();
    this.answers = process.inputReader(StandardCharsets.US_ASCII);
  }

  /**
   * Starts it.
   *
   * @param bytes size of a guest memory
   * @param mappings how many mappings its address space is crowded with
   */
  static CProgram start(Path program, long bytes, long mappings) throws IOException {
    return new CProgram(
        new ProcessBuilder(program.toString(), Long.toString(bytes), Long.toString(mappings))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start());
  }

  @Override
  public double[] play(Part part, int rounds) {
    try {
      asks.write((part.label() + " " + rounds + "\n").getBytes(StandardCharsets.US_ASCII));
      asks.flush();
      return read(answers, rounds);
    } catch (IOException e) {
      throw new UncheckedIOException("the C program cannot be talked to", e);
    }
  }

  /**
   * Reads the times of some rounds, one a line.
   *
   * @throws IllegalStateException if there are fewer, or one is no time
   */
  static double[] read(BufferedReader lines, int rounds) throws IOException {
    double[] times = new double[rounds];
    for (int i = 0; i < rounds; i++) {
      String line = lines.readLine();
      if (line == null) {
        throw new IllegalStateException("the C program ended after " + i + " rounds");
      }
      // A part that it does not know leaves zeroes.
      if (!line.matches("[1-9][0-9]{0,17}")) {
        throw new IllegalStateException("the C program's round " + i + " took '" + line + "'");
      }
      times[i] = Long.parseLong(line);
    }
    return times;
  }

  /** Ends it. */
  @Override
  public void close() {
    process.destroy();
  }
}
