package io.github.gmem4j.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Arrays;

/** Runs the command inside the test. */
record Shell(int code, String out, String err) {
  /** The checkout. */
  static final Path ROOT =
      Path.of(System.getProperty("gmem.root", "../..")).toAbsolutePath().normalize();

  /** The scenarios that come with gmem4j. */
  static final Path SCENARIOS = ROOT.resolve("examples/scenarios");

  static Shell gmem(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        Gmem.execute(
            new PrintWriter(out),
            new PrintWriter(err),
            Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
    return new Shell(code, out.toString(), err.toString());
  }

  String lastLine() {
    return out.lines().reduce((first, second) -> second).orElse("");
  }
}
