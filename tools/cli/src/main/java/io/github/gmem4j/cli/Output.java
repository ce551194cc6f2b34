package io.github.gmem4j.cli;

import io.github.gmem4j.cli.scenario.InputException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Writes files that the user asked for. */
final class Output {
  private Output() {}

  /**
   * Writes a file.
   *
   * @throws InputException if it cannot be written
   */
  static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (NoSuchFileException e) {
      throw new InputException(file + ": cannot be written, there is no such directory");
    } catch (AccessDeniedException e) {
      throw new InputException(file + ": cannot be written: permission denied");
    } catch (IOException e) {
      throw new InputException(file + ": cannot be written: " + e.getMessage());
    }
  }
}
