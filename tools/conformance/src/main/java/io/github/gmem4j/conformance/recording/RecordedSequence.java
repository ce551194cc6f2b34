package io.github.gmem4j.conformance.recording;

import java.nio.file.Path;
import java.util.List;

/**
 * The life of one VM: a {@code vm} line and every line up to the next.
 *
 * @param file the recording
 * @param number the sequence's number in the recording
 * @param start what the first line says
 * @param lines all lines, the {@code vm} line included
 * @param <S> the operation that begins a sequence of its generation
 * @param <O> the operations of its generation
 */
public record RecordedSequence<S extends O, O>(
    Path file, long number, S start, List<RecordedLine<O>> lines) {
  /** Copies the list. */
  public RecordedSequence {
    lines = List.copyOf(lines);
  }
}
