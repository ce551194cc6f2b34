package io.github.gmem4j.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Output that cannot be written is an error, of every command. */
class OutletTest {
  /** A place that takes some bytes and then no more. */
  private static final class Full extends OutputStream {
    private final String reason;
    private int room;

    Full(String reason, int room) {
      this.reason = reason;
      this.room = room;
    }

    @Override
    public void write(int value) throws IOException {
      if (room-- <= 0) {
        throw new IOException(reason);
      }
    }
  }

  private static Shell gmem(OutputStream out, OutputStream err, Object... arguments) {
    Outlet outlet = new Outlet(out);
    Outlet errors = new Outlet(err);
    int code =
        Gmem.execute(
            outlet,
            outlet.writer(StandardCharsets.UTF_8, false),
            errors,
            errors.writer(StandardCharsets.UTF_8, true),
            Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
    return new Shell(code, "", err instanceof ByteArrayOutputStream ? err.toString() : "");
  }

  static List<List<Object>> commands() {
    return List.of(
        List.of("--help"),
        List.of("--version"),
        List.of("run", Shell.SCENARIOS.resolve("eight-steps.yaml")),
        List.of("run", "--json", Shell.SCENARIOS.resolve("eight-steps.yaml")),
        List.of("compare", Shell.SCENARIOS.resolve("compare/references-gone.yaml")),
        List.of("policies"),
        List.of("policies", "--json"),
        List.of("tables", "--check", Shell.ROOT.resolve("docs/testkit.md")),
        List.of("replay", Shell.ROOT.resolve("tools/conformance/recordings/C.jsonl.gz")));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void what_could_not_be_written_is_said(List<Object> command) {
    for (int room : new int[] {0, 5}) {
      Shell shell =
          gmem(
              new Full("No space left on device", room),
              new ByteArrayOutputStream(),
              command.toArray());

      assertAll(
          () -> assertEquals(2, shell.code()),
          () ->
              assertEquals(
                  "gmem: the output could not be written: No space left on device"
                      + System.lineSeparator(),
                  shell.err()));
    }
  }

  /** It is what {@code head} does. */
  @Test
  void a_reader_that_has_gone_is_no_error() {
    Shell shell = gmem(new Full("Broken pipe", 0), new ByteArrayOutputStream(), "policies");

    assertAll(() -> assertEquals(0, shell.code()), () -> assertEquals("", shell.err()));
  }

  @Test
  void a_complaint_that_could_not_be_written_is_an_exit_code() {
    Shell lost =
        gmem(new ByteArrayOutputStream(), new Full("No space left on device", 0), "run", "nowhere");
    Shell none =
        gmem(new ByteArrayOutputStream(), new Full("No space left on device", 0), "policies");

    assertAll(() -> assertEquals(2, lost.code()), () -> assertEquals(0, none.code()));
  }

  /** As a shell starts it, on a device that is always full. */
  @EnabledOnOs(OS.LINUX)
  @Test
  void a_full_device_is_an_error() throws Exception {
    Process process =
        new ProcessBuilder(
                "/bin/sh",
                "-c",
                "exec \"$@\" >/dev/full",
                "sh",
                System.getProperty("java.home") + "/bin/java",
                "-cp",
                StrangersJar.everything(),
                "io.github.gmem4j.cli.Gmem",
                "policies")
            .start();
    process.getOutputStream().close();
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);

    assertEquals(2, process.waitFor(), err);
    assertTrue(err.contains("gmem: the output could not be written: "), err);
  }
}
