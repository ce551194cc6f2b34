package io.github.gmem4j.conformance;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A recording cannot be read, or says something that no recording can say. */
public final class RecordingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String message;
  private final transient Path file;
  private final long line;

  /**
   * Creates the exception.
   *
   * @param file the recording
   * @param line the number of the offending line, from 1; 0 if the file has no lines to offer
   * @param reason what is wrong, without the place
   * @param cause what revealed it, if anything did
   */
  public RecordingException(Path file, long line, String reason, @Nullable Throwable cause) {
    super(cause);
    this.message = (line == 0 ? file.toString() : file + ", line " + line) + ": " + reason;
    this.file = file;
    this.line = line;
  }

  /** Returns file, line and reason in one sentence. */
  @Override
  public String getMessage() {
    return message;
  }

  /** Returns the recording. */
  public Path file() {
    return file;
  }

  /** Returns the number of the offending line, from 1; 0 if the file has no lines to offer. */
  public long line() {
    return line;
  }
}
