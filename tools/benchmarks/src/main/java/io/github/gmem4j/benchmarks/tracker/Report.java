package io.github.gmem4j.benchmarks.tracker;

import io.github.gmem4j.benchmarks.results.Results;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** Compares results with what the tracker must reach, and prints both. */
final class Report {
  private static final String TRACKER = Implementation.TRACKER.name();
  private static final String BITMAP = Implementation.BITMAP.name();
  private static final double KIB = 1024;

  private final Results results;
  private final List<String> lines = new ArrayList<>();
  private int missed;

  private Report(Results results) {
    this.results = results;
  }

  /** Prints the report on a results file. */
  public static void main(String[] args) throws IOException {
    print(Results.read(Path.of(args[0])));
  }

  /** Prints the report; returns how many required lines were missed. */
  static int print(Results results) {
    Report report = new Report(results);
    report.figures();
    report.requirements();
    System.out.println(String.join(System.lineSeparator(), report.lines));
    return report.missed;
  }

  private void figures() {
    StringBuilder head = new StringBuilder(String.format("%-20s %-6s", "", "size"));
    for (Implementation implementation : Implementation.values()) {
      head.append(String.format(" %10s", implementation.name().toLowerCase(Locale.ROOT)));
    }
    lines.add(head + "   (ns per operation; mem-*: bytes)");
    List<String> labels = new ArrayList<>();
    for (Workload workload : Workload.values()) {
      labels.add(workload.label());
    }
    for (Memory.Fill fill : Memory.Fill.values()) {
      labels.add(fill.label());
    }
    for (String label : labels) {
      for (GuestSize size : GuestSize.values()) {
        StringBuilder line = new StringBuilder(String.format("%-20s %-6s", label, size.label()));
        for (Implementation implementation : Implementation.values()) {
          OptionalDouble value = results.find(label, size.label(), implementation.name());
          line.append(
              String.format(" %10s", value.isPresent() ? number(value.getAsDouble()) : "-"));
        }
        lines.add(line.toString());
      }
    }
    lines.add(
        "Left out (-): alternating guests in trees, at 1 TiB for want of heap (over 16 GiB),");
    lines.add("in the range map at 64 GiB too; and, in a quick run, what no requirement is about.");
    lines.add("");
  }

  private void requirements() {
    for (GuestSize size : GuestSize.values()) {
      String label = size.label();
      boolean small = size == GuestSize.GIB_64;
      atMost(
          "lookup-few / bitmap", label, ratio("lookup-few", label, BITMAP), small ? 2.5 : 1 / 3.0);
      atMost("lookup-frag / bitmap", label, ratio("lookup-frag", label, BITMAP), 6);
      atMost("convert2m / bitmap", label, ratio("convert2m", label, BITMAP), 1.5);
      for (Implementation tree : Implementation.values()) {
        if (tree.isTree()) {
          String of = tree.name().toLowerCase(Locale.ROOT) + " / ";
          atLeast(of + "lookup-few", label, inverse("lookup-few", label, tree), 15);
          atLeast(of + "convert4k-sparse", label, inverse("convert4k-sparse", label, tree), 20);
        }
      }
      atMost("uniform2m-few, ns", label, results.find("uniform2m-few", label, TRACKER), 3);
      atMost("uniform2m-allpriv, ns", label, results.find("uniform2m-allpriv", label, TRACKER), 3);
      atMost("uniform1g-few, ns", label, results.find("uniform1g-few", label, TRACKER), 1.5);
      atMost(
          "uniform1g-allpriv, ns", label, results.find("uniform1g-allpriv", label, TRACKER), 1.5);
      atMost("reads / plain reads", label, readRatio("read", label, "read"), 1.3);
      atMost("  both beside a writer", label, readRatio("read-writer", label, "read-writer"), 1.3);
      atMost("  only the first", label, readRatio("read-writer", label, "read"), 1.3);
      OptionalDouble alternating = results.find("mem-frag", label, TRACKER);
      atMost("mem-frag, bits a page", label, scaled(alternating, 8.0 / size.pages()), 1.35);
    }
    String large = GuestSize.TIB_1.label();
    atMost(
        "mem-private, KiB", large, scaled(results.find("mem-private", large, TRACKER), 1 / KIB), 8);
    atMost("mem-few, KiB", large, scaled(results.find("mem-few", large, TRACKER), 1 / KIB), 512);
    lines.add(missed == 0 ? "All required lines are reached." : missed + " lines are missed.");
  }

  private OptionalDouble ratio(String workload, String size, String other) {
    OptionalDouble mine = results.find(workload, size, TRACKER);
    OptionalDouble theirs = results.find(workload, size, other);
    return mine.isPresent() && theirs.isPresent()
        ? OptionalDouble.of(mine.getAsDouble() / theirs.getAsDouble())
        : OptionalDouble.empty();
  }

  /** The tracker's reads in one workload to plain reads in another. */
  private OptionalDouble readRatio(String workload, String size, String plainWorkload) {
    OptionalDouble mine = results.find(workload, size, TRACKER);
    OptionalDouble plain = results.find(plainWorkload, size, TrackerBenchmarks.PLAIN);
    return mine.isPresent() && plain.isPresent()
        ? OptionalDouble.of(mine.getAsDouble() / plain.getAsDouble())
        : OptionalDouble.empty();
  }

  private OptionalDouble inverse(String workload, String size, Implementation other) {
    OptionalDouble ratio = ratio(workload, size, other.name());
    return ratio.isPresent() ? OptionalDouble.of(1 / ratio.getAsDouble()) : ratio;
  }

  private static OptionalDouble scaled(OptionalDouble value, double factor) {
    return value.isPresent() ? OptionalDouble.of(value.getAsDouble() * factor) : value;
  }

  private void atMost(String what, String size, OptionalDouble value, double limit) {
    line(what, size, value, "<=", limit, value.isPresent() && value.getAsDouble() <= limit);
  }

  private void atLeast(String what, String size, OptionalDouble value, double limit) {
    line(what, size, value, ">=", limit, value.isPresent() && value.getAsDouble() >= limit);
  }

  private void line(
      String what, String size, OptionalDouble value, String relation, double limit, boolean ok) {
    if (!ok) {
      missed++;
    }
    String verdict = value.isEmpty() ? "not measured" : ok ? "pass" : "FAIL";
    String shown = value.isEmpty() ? "-" : number(value.getAsDouble());
    lines.add(
        String.format(
            "%-30s %-6s %10s  %s %-6s %s", what, size, shown, relation, number(limit), verdict));
  }

  private static String number(double value) {
    return value >= 1000
        ? String.format(Locale.ROOT, "%.0f", value)
        : String.format(Locale.ROOT, "%.3g", value);
  }
}
