package io.github.gmem4j.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the command says about itself. */
class HelpTest {
  @ParameterizedTest
  @ValueSource(
      strings = {"run", "compare", "policies", "tables", "replay", "probe", "differential"})
  void each_command_has_help_with_an_example(String command) {
    Shell help = Shell.gmem(command, "--help");

    assertAll(
        () -> assertEquals(0, help.code()),
        () -> assertTrue(help.out().contains("Usage: gmem " + command), help.out()),
        () -> assertTrue(help.out().contains("  gmem " + command + " "), help.out()));
  }

  @Test
  void the_help_lists_the_commands_and_the_exit_codes() {
    Shell help = Shell.gmem("--help");

    assertAll(
        () -> assertEquals(0, help.code()),
        () -> assertTrue(help.out().contains("Plays scenarios"), help.out()),
        () -> assertTrue(help.out().contains("Replays recordings"), help.out()),
        () -> assertTrue(help.out().contains("1 the check failed"), help.out()));
  }

  @Test
  void the_version_is_that_of_the_build() {
    Shell version = Shell.gmem("--version");

    assertTrue(version.out().matches("gmem4j \\d+\\.\\d+\\.\\d+\\S*\\R"), version.out());
  }
}
