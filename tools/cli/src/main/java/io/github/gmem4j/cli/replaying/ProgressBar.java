package io.github.gmem4j.cli.replaying;

import io.github.gmem4j.conformance.SequenceReport;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;

/** One line of a terminal that shows how far a replay is, and is gone in the end. */
public final class ProgressBar implements AutoCloseable {
  private static final int CELLS = 30;
  private static final long STEPS = 500;

  private final PrintWriter out;
  private final long total;
  private long done;
  private long drawnAt = -1;
  private int width;

  /**
   * Creates a bar.
   *
   * @param total how many operations there are, 0 if nobody knows
   */
  ProgressBar(long total, PrintWriter out) {
    this.total = total;
    this.out = out;
  }

  /** Creates a bar for the replay of some recordings. */
  public static ProgressBar over(List<Path> files, PrintWriter out) {
    return new ProgressBar(LineCount.of(files), out);
  }

  /** Takes note of one sequence. */
  public void replayed(SequenceReport report) {
    done += report.operations();
    // A terminal is slower than the engine, so only what can be seen is drawn.
    long step = total == 0 ? done / 10_000 : STEPS * Math.min(done, total) / total;
    if (step != drawnAt) {
      drawnAt = step;
      draw();
    }
  }

  private void draw() {
    String line;
    if (total == 0) {
      line = "replaying: %,d operations".formatted(done);
    } else {
      int filled = (int) (CELLS * Math.min(done, total) / total);
      line =
          "replaying [%s%s] %3d %%, %,d operations"
              .formatted(
                  "#".repeat(filled),
                  " ".repeat(CELLS - filled),
                  100 * Math.min(done, total) / total,
                  done);
    }
    width = Math.max(width, line.length());
    out.print("\r" + line);
    out.flush();
  }

  /** Clears the line. */
  @Override
  public void close() {
    out.print("\r" + " ".repeat(width) + "\r");
    out.flush();
  }
}
