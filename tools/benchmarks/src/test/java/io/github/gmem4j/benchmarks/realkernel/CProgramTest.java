package io.github.gmem4j.benchmarks.realkernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CProgramTest {
  private static BufferedReader lines(String text) {
    return new BufferedReader(new StringReader(text));
  }

  @Test
  void asManyTimesAreReadAsThereAreRounds() throws IOException {
    BufferedReader lines = lines("1200\n7\n31\n");
    assertArrayEquals(new double[] {1200, 7}, CProgram.read(lines, 2));
    assertEquals("31", lines.readLine());
  }

  @ParameterizedTest
  @ValueSource(strings = {"5\n0\n", "5\n-1\n", "5\n\n", "5\nxx\n", "5\n1 2\n"})
  void whatIsNoTimeIsNotMeasured(String text) {
    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> CProgram.read(lines(text), 2));
    assertTrue(String.valueOf(e.getMessage()).contains("round 1 took"), e.toString());
  }

  @Test
  void aProgramThatEndsEarlyIsNoResult() {
    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> CProgram.read(lines("5\n"), 2));
    assertEquals("the C program ended after 1 rounds", e.getMessage());
  }

  @Test
  void theProgramKnowsEveryPart() throws IOException {
    String source = Files.readString(Path.of("src/main/c/rounds.c"));
    for (Part part : Part.values()) {
      assertTrue(source.contains("{\"" + part.label() + "\", "), part.label());
    }
  }
}
