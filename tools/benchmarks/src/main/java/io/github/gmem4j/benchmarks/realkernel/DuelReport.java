package io.github.gmem4j.benchmarks.realkernel;

import io.github.gmem4j.benchmarks.results.Results.Measurement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Duels as a table and as measurements to keep. */
final class DuelReport {
  private DuelReport() {}

  /** Returns the table, a line for each part with its verdict. */
  static List<String> table(Map<Part, Duel> duels) {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format("%-8s %11s %11s  %6s  %s", "", "C", "Java", "Java/C", "half of the pairs"));
    duels.forEach((part, duel) -> {
      Spread ratio = duel.ratio();
      lines.add(
          String.format(
              Locale.ROOT,
              "%-8s %8.2f us %8.2f us  %6.3f  %.3f to %.3f   at most %.2f: %s",
              part.label(),
              duel.c().median() / 1000,
              duel.java().median() / 1000,
              ratio.median(),
              ratio.lower(),
              ratio.upper(),
              Part.LIMIT,
              ratio.median() <= Part.LIMIT ? "pass" : "FAIL"));
    });
    return lines;
  }

  /** Returns the figures: medians in nanoseconds, and the ratios with their spread. */
  static List<Measurement> measurements(Map<Part, Duel> duels, String size) {
    List<Measurement> all = new ArrayList<>();
    duels.forEach((part, duel) -> {
      Spread ratio = duel.ratio();
      all.add(new Measurement(part.label(), size, "C", duel.c().median()));
      all.add(new Measurement(part.label(), size, "Java", duel.java().median()));
      all.add(new Measurement(part.label(), size, "Java/C", ratio.median()));
      all.add(new Measurement(part.label(), size, "Java/C lower quartile", ratio.lower()));
      all.add(new Measurement(part.label(), size, "Java/C upper quartile", ratio.upper()));
    });
    return all;
  }
}
