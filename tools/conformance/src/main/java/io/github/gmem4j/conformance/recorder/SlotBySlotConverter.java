package io.github.gmem4j.conformance.recorder;

import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.MemorySlot;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.conformance.recording.Field;
import io.github.gmem4j.conformance.recording.Result;
import io.github.gmem4j.conformance.recording.ResultBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Converts slot by slot in the memories behind them (generation B): nothing unless open guest
 * memories lie behind the whole range, and no more than the first error lets it.
 */
public record SlotBySlotConverter(VirtualMachine vm, Descriptors descriptors)
    implements RangeConverter {
  @Override
  public Answered convert(Exit.MapGpaRange call) {
    List<Result> tried = new ArrayList<>();
    long ret = Answered.DONE;
    List<Piece> pieces = pieces(call.range());
    if (pieces.isEmpty()) {
      ret = -Errno.EINVAL.number();
    }
    for (Piece piece : pieces) {
      long attributes = call.target().attributes();
      ConversionOutcome outcome =
          piece.memory().convert(new ConversionRequest(piece.range(), attributes, 0, 0));
      tried.add(result(piece, attributes, outcome));
      ret = Answered.ret(outcome);
      if (!outcome.succeeded()) {
        break;
      }
    }
    return new Answered(Optional.of(tried), ret);
  }

  /** Returns the part of the range in each slot, ascending; none if they do not cover it all. */
  private List<Piece> pieces(GpaRange range) {
    GfnRange frames = range.frames();
    List<Piece> pieces = new ArrayList<>();
    long next = frames.first().value();
    for (MemorySlot slot : vm.slots()) {
      // A vCPU outside system management mode sees the slots of address space 0 only.
      if (slot.addressSpace() != 0 || !slot.frames().overlaps(frames)) {
        continue;
      }
      Optional<GuestMemory> memory = slot.memory();
      Optional<Integer> number = memory.flatMap(descriptors::numberOf);
      if (slot.frames().first().value() > next || memory.isEmpty() || number.isEmpty()) {
        return List.of();
      }
      PageRange pages = slot.pagesOf(frames);
      pieces.add(new Piece(number.get(), memory.get(), pages.bytes()));
      next += pages.count().value();
    }
    return next == frames.endExclusive() ? pieces : List.of();
  }

  private static Result result(Piece piece, long attributes, ConversionOutcome outcome) {
    ResultBuilder builder =
        new ResultBuilder()
            .with(Field.G, piece.number())
            .with(Field.OFFSET, piece.range().start().value())
            .with(Field.SIZE, piece.range().size().value())
            .with(Field.ATTRIBUTES, attributes);
    return Outcomes.append(builder, outcome).build();
  }

  private record Piece(int number, GuestMemory memory, ByteRange range) {}
}
