package io.github.gmem4j.conformance.reading;

import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.conformance.RecordingException;
import io.github.gmem4j.conformance.operation.Generation;
import io.github.gmem4j.conformance.operation.StartVm;
import io.github.gmem4j.conformance.pkvm.operation.StartHost;
import io.github.gmem4j.conformance.recording.Field;
import io.github.gmem4j.conformance.recording.Recorded;
import io.github.gmem4j.conformance.recording.RecordedLine;
import io.github.gmem4j.conformance.recording.RecordedSequence;
import io.github.gmem4j.conformance.recording.Result;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Reads a recording sequence by sequence; holds no more than one of them.
 *
 * <p>Lines must be in order: {@code seq} ascends from sequence to sequence, {@code i} counts from 0
 * without a gap. The first violation of the format, and the first line that contradicts itself or
 * one before it, is a {@link RecordingException}.
 */
public final class RecordingReader implements AutoCloseable {
  private static final String VM = "vm";

  // A sequence is held in memory, several at once; the longest of ours has 55,000 bytes.
  private static final long MOST_BYTES = 8L << 20;

  private final Path file;
  private final LineReader lines;
  private long sequence = -1;
  private @Nullable Head ahead;

  private RecordingReader(Path file, LineReader lines) {
    this.file = file;
    this.lines = lines;
  }

  /** What every line says, and the fields that are left. */
  private record Head(String name, long seq, long i, Fields in) {
    static Head of(Fields in) {
      return new Head(in.text(Field.OP), in.number(Field.SEQ), in.number(Field.I), in);
    }

    boolean isStart() {
      return name.equals(VM);
    }
  }

  /**
   * Opens a recording, plain or gzip-ed.
   *
   * @throws RecordingException if the file cannot be read or is empty
   */
  public static RecordingReader open(Path file) {
    RecordingReader reader = new RecordingReader(file, LineReader.open(file));
    try {
      reader.ahead = reader.head();
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
  public Optional<Recorded> next() {
    Head first = ahead;
    if (first == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(sequence(first));
    } catch (MalformedLineException e) {
      throw lines.malformed(lines.line(), e.reason());
    }
  }

  @Override
  public void close() {
    lines.close();
  }

  /** Reads what every line says of the next line; null at the end of the recording. */
  private @Nullable Head head() {
    try {
      return lines.next().map(Head::of).orElse(null);
    } catch (MalformedLineException e) {
      throw lines.malformed(lines.line(), e.reason());
    }
  }

  private Recorded sequence(Head first) {
    if (!first.isStart()) {
      throw new MalformedLineException("op " + first.name() + " comes before op " + VM);
    }
    if (first.seq() <= sequence) {
      throw new MalformedLineException("seq is " + first.seq() + " after " + sequence);
    }
    if (first.i() != 0) {
      throw new MalformedLineException("i is " + first.i() + " in the first line of a sequence");
    }
    sequence = first.seq();
    String generation = first.in().text(Field.GEN);
    return switch (generation) {
      case "B" -> ofGuestMemory(Generation.B, first);
      case "C" -> ofGuestMemory(Generation.C, first);
      case "P" -> ofPkvm(first);
      default -> throw new MalformedLineException("generation " + generation + " is not supported");
    };
  }

  private Recorded ofGuestMemory(Generation generation, Head first) {
    StartVm start = vm(generation, first.in());
    return new Recorded.OfGuestMemory(
        lines(first, start, new OperationReader(generation)::read, new GuestMemorySoFar()::note));
  }

  private Recorded ofPkvm(Head first) {
    StartHost start = PkvmOperationReader.start(first.in());
    return new Recorded.OfPkvm(
        lines(first, start, PkvmOperationReader.after(start)::read, new PkvmSoFar()::note));
  }

  private <S extends O, O> RecordedSequence<S, O> lines(
      Head first, S start, BiFunction<String, Fields, O> operations, BiConsumer<O, Result> soFar) {
    List<RecordedLine<O>> read = new ArrayList<>();
    long begin = lines.bytes();
    read.add(line(first, start, soFar));
    ahead = head();
    while (ahead != null && !ahead.isStart()) {
      Head next = ahead;
      checkOrder(next, read.size());
      if (lines.bytes() - begin > MOST_BYTES) {
        throw new MalformedLineException(
            "sequence " + sequence + " is longer than " + MOST_BYTES + " bytes");
      }
      read.add(line(next, operations.apply(next.name(), next.in()), soFar));
      ahead = head();
    }
    return new RecordedSequence<>(file, first.seq(), start, read);
  }

  private void checkOrder(Head head, int expected) {
    if (head.seq() != sequence) {
      throw new MalformedLineException("seq is " + head.seq() + " in sequence " + sequence);
    }
    if (head.i() != expected) {
      throw new MalformedLineException("i is " + head.i() + " after " + (expected - 1));
    }
  }

  private <O> RecordedLine<O> line(Head head, O operation, BiConsumer<O, Result> soFar) {
    Result recorded = head.in().object(Field.R).result(head.name());
    head.in().finish(head.name());
    soFar.accept(operation, recorded);
    return new RecordedLine<>(lines.line(), head.i(), head.name(), operation, recorded);
  }

  private static StartVm vm(Generation generation, Fields in) {
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
