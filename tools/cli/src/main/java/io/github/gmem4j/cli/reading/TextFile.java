package io.github.gmem4j.cli.reading;

import io.github.gmem4j.cli.scenario.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads files that people write. */
public final class TextFile {
  private static final int MOST_BYTES = 4 << 20;

  private TextFile() {}

  /**
   * Reads a file of UTF-8 text.
   *
   * @throws InputException if it cannot be read, is something else, or is too long for a person to
   *     have written it
   */
  public static String read(Path file) {
    if (Files.isDirectory(file)) {
      throw new InputException(file + ": is a directory");
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MOST_BYTES + 1);
      if (bytes.length > MOST_BYTES) {
        throw new InputException(file + ": is larger than " + MOST_BYTES + " bytes");
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (NoSuchFileException e) {
      throw new InputException(file + ": no such file");
    } catch (AccessDeniedException e) {
      throw new InputException(file + ": permission denied");
    } catch (CharacterCodingException e) {
      throw new InputException(file + ": is not UTF-8 text");
    } catch (IOException e) {
      throw new InputException(file + ": cannot be read: " + e.getMessage());
    }
  }
}
