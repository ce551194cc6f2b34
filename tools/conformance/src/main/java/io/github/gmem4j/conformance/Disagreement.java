package io.github.gmem4j.conformance;

import java.nio.file.Path;
import java.util.List;

/**
 * One operation that the engine answered differently from the real kernel.
 *
 * @param file the recording
 * @param line the number of the line in the file, from 1
 * @param sequence the number of the sequence
 * @param index the number of the operation in its sequence
 * @param operation the operation's name in the recording
 * @param fields the fields of the result that differ
 * @param expected what was recorded, in the recording's own form
 * @param got what the engine did, in the same form
 */
public record Disagreement(
    Path file,
    long line,
    long sequence,
    long index,
    String operation,
    List<String> fields,
    String expected,
    String got) {
  /** Copies the list. */
  public Disagreement {
    fields = List.copyOf(fields);
  }

  @Override
  public String toString() {
    return "%s:%d: seq %d, i %d, %s: expected %s, got %s"
        .formatted(file, line, sequence, index, operation, expected, got);
  }
}
