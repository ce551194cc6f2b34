package io.github.gmem4j.conformance.reading;

import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.conformance.RecordingException;
import io.github.gmem4j.conformance.operation.Generation;
import io.github.gmem4j.conformance.operation.Operation;
import io.github.gmem4j.conformance.operation.StartVm;
import io.github.gmem4j.conformance.recording.Field;
import io.github.gmem4j.conformance.recording.RecordedLine;
import io.github.gmem4j.conformance.recording.RecordedSequence;
import io.github.gmem4j.conformance.recording.Result;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a recording sequence by sequence; holds no more than one of them.
 *
 * <p>Lines must be in order: {@code seq} ascends from sequence to sequence, {@code i} counts from 0
 * without a gap. The first violation of the format is a {@link RecordingException}.
 */
public final class RecordingReader implements AutoCloseable {
  private static final String VM = "vm";

  private final Path file;
  private final LineReader lines;
  private long sequence = -1;
  private long index;
  private @Nullable RecordedLine ahead;
  private OperationReader operations = new OperationReader(Generation.B);

  private RecordingReader(Path file, LineReader lines) {
    this.file = file;
    this.lines = lines;
  }

  /**
   * Opens a recording, plain or gzip-ed.
   *
   * @throws RecordingException if the file cannot be read or is empty
   */
  public static RecordingReader open(Path file) {
    RecordingReader reader = new RecordingReader(file, LineReader.open(file));
    try {
      reader.ahead = reader.line().orElse(null);
      if (reader.ahead == null) {
        throw new RecordingException(file, 0, "holds no operation", null);
      }
      return reader;
    } catch (RecordingException e) {
      reader.close();
      throw e;
    }
  }

  /**
   * Reads the next sequence; empty at the end of the recording.
   *
   * @throws RecordingException if a line is not what the format allows
   */
  public Optional<RecordedSequence> next() {
    RecordedLine first = ahead;
    if (first == null || !(first.operation() instanceof StartVm vm)) {
      return Optional.empty();
    }
    long number = sequence;
    List<RecordedLine> read = new ArrayList<>();
    read.add(first);
    ahead = line().orElse(null);
    while (ahead != null && !(ahead.operation() instanceof StartVm)) {
      read.add(ahead);
      ahead = line().orElse(null);
    }
    return Optional.of(new RecordedSequence(file, number, vm, read));
  }

  @Override
  public void close() {
    lines.close();
  }

  private Optional<RecordedLine> line() {
    Optional<Fields> fields = lines.next();
    if (fields.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(line(fields.get()));
    } catch (MalformedLineException e) {
      throw lines.malformed(lines.line(), e.reason());
    }
  }

  private RecordedLine line(Fields in) {
    String name = in.text(Field.OP);
    long seq = in.number(Field.SEQ);
    long i = in.number(Field.I);
    Operation operation = operation(name, seq, i, in);
    Result recorded = in.object(Field.R).result(name);
    in.finish(name);
    return new RecordedLine(lines.line(), i, name, operation, recorded);
  }

  private Operation operation(String name, long seq, long i, Fields in) {
    return name.equals(VM) ? begin(seq, i, in) : go(name, seq, i, in);
  }

  private StartVm begin(long seq, long i, Fields in) {
    if (seq <= sequence) {
      throw new MalformedLineException("seq is " + seq + " after " + sequence);
    }
    if (i != 0) {
      throw new MalformedLineException("i is " + i + " in the first line of a sequence");
    }
    StartVm vm = vm(in);
    operations = new OperationReader(vm.generation());
    sequence = seq;
    index = 0;
    return vm;
  }

  private Operation go(String name, long seq, long i, Fields in) {
    if (sequence < 0) {
      throw new MalformedLineException("op " + name + " comes before op vm");
    }
    if (seq != sequence) {
      throw new MalformedLineException("seq is " + seq + " in sequence " + sequence);
    }
    if (i != index + 1) {
      throw new MalformedLineException("i is " + i + " after " + index);
    }
    index = i;
    return operations.read(name, in);
  }

  private static StartVm vm(Fields in) {
    String text = in.text(Field.GEN);
    Generation generation =
        switch (text) {
          case "B" -> Generation.B;
          case "C" -> Generation.C;
          default -> throw new MalformedLineException("generation " + text + " is not supported");
        };
    String type = in.text(Field.VM_TYPE);
    VmType vmType =
        switch (type) {
          case "SW_PROTECTED" -> VmType.SW_PROTECTED;
          case "DEFAULT" -> VmType.DEFAULT;
          default -> throw new MalformedLineException("unknown vm_type " + type);
        };
    return new StartVm(
        generation,
        vmType,
        in.integer(Field.EXIT_HYPERCALL, 0, 1) == 1,
        in.text(Field.PROFILE),
        in.number(Field.SEED));
  }
}
