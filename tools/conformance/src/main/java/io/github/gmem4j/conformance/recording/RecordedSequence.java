package io.github.gmem4j.conformance.recording;

import io.github.gmem4j.conformance.operation.StartVm;
import java.nio.file.Path;
import java.util.List;

/**
 * The life of one VM: a {@code vm} line and every line up to the next.
 *
 * @param file the recording
 * @param number the sequence's number in the recording
 * @param vm what the first line says about the VM
 * @param lines all lines, the {@code vm} line included
 */
public record RecordedSequence(Path file, long number, StartVm vm, List<RecordedLine> lines) {
  /** Copies the list. */
  public RecordedSequence {
    lines = List.copyOf(lines);
  }
}
