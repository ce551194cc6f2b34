package io.github.gmem4j.conformance.playing;

import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.conformance.Disagreement;
import io.github.gmem4j.conformance.SequenceReport;
import io.github.gmem4j.conformance.comparing.Comparison;
import io.github.gmem4j.conformance.operation.ConversionOperation;
import io.github.gmem4j.conformance.operation.GuestOperation;
import io.github.gmem4j.conformance.operation.HostOperation;
import io.github.gmem4j.conformance.operation.MappingOperation;
import io.github.gmem4j.conformance.operation.MemoryOperation;
import io.github.gmem4j.conformance.operation.Operation;
import io.github.gmem4j.conformance.operation.PinOperation;
import io.github.gmem4j.conformance.operation.SlotOperation;
import io.github.gmem4j.conformance.operation.StartVm;
import io.github.gmem4j.conformance.recorder.GuestCalls;
import io.github.gmem4j.conformance.recorder.RangeConverter;
import io.github.gmem4j.conformance.recorder.SlotBySlotConverter;
import io.github.gmem4j.conformance.recorder.WholeRangeConverter;
import io.github.gmem4j.conformance.recording.RecordedLine;
import io.github.gmem4j.conformance.recording.RecordedSequence;
import io.github.gmem4j.conformance.recording.Result;
import java.util.ArrayList;
import java.util.List;

/** Plays one sequence from its beginning to its end, in a world of its own. */
public final class SequencePlayer {
  private final World world;
  private final MemoryPlayer memories;
  private final SlotPlayer slots;
  private final ConversionPlayer conversions;
  private final HostPlayer host;
  private final MappingPlayer mappings;
  private final GuestPlayer guest;
  private final PinPlayer pins;

  private SequencePlayer(World world) {
    this.world = world;
    this.memories = new MemoryPlayer(world);
    this.slots = new SlotPlayer(world);
    this.conversions = new ConversionPlayer(world);
    this.host = new HostPlayer(world);
    this.mappings = new MappingPlayer(world);
    this.guest = new GuestPlayer(world, new GuestCalls(converter(world)));
    this.pins = new PinPlayer(world);
  }

  /** Plays a sequence and compares the result of each operation. */
  public static SequenceReport play(RecordedSequence sequence) {
    SequencePlayer player = new SequencePlayer(Worlds.create(sequence.vm()));
    List<Disagreement> disagreements = new ArrayList<>();
    for (RecordedLine line : sequence.lines()) {
      Comparison.of(sequence, line, player.play(line.operation())).ifPresent(disagreements::add);
    }
    player.end();
    return new SequenceReport(
        sequence.file(), sequence.number(), sequence.lines().size(), disagreements);
  }

  private Result play(Operation operation) {
    try {
      return switch (operation) {
        case StartVm start -> started();
        case MemoryOperation memory -> memories.play(memory);
        case SlotOperation slot -> slots.play(slot);
        case ConversionOperation conversion -> conversions.play(conversion);
        case HostOperation access -> host.play(access);
        case MappingOperation mapping -> mappings.play(mapping);
        case GuestOperation action -> guest.play(action);
        case PinOperation pin -> pins.play(pin);
      };
    } catch (RuntimeException e) {
      // An engine that throws disagrees with the kernel, which never does; the rest is still worth
      // replaying.
      return Result.unrecordable("threw " + e);
    }
  }

  private Result started() {
    return Result.of(
        world.start().exitHypercall()
            ? world.vm().enableExitHypercalls(Worlds.MAP_GPA_RANGE)
            : KernelResult.ok(world.vm()));
  }

  private void end() {
    pins.releaseAll();
    world.end();
  }

  private static RangeConverter converter(World world) {
    return switch (world.start().generation()) {
      case B -> new SlotBySlotConverter(world.vm(), world.descriptors());
      case C -> new WholeRangeConverter(world.vm());
    };
  }
}
