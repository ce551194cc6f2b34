package io.github.gmem4j.conformance.playing;

import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.backend.kvm.Kvm;
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
import io.github.gmem4j.conformance.recording.Result;

/** Plays operations of generations B and C in a world of their own with one VM. */
public final class GuestMemoryPlayer implements Player {
  private final World world;
  private final MemoryPlayer memories;
  private final SlotPlayer slots;
  private final ConversionPlayer conversions;
  private final HostPlayer host;
  private final MappingPlayer mappings;
  private final GuestPlayer guest;
  private final PinPlayer pins;

  private GuestMemoryPlayer(World world) {
    this.world = world;
    this.memories = new MemoryPlayer(world);
    this.slots = new SlotPlayer(world);
    this.conversions = new ConversionPlayer(world);
    this.host = new HostPlayer(world);
    this.mappings = new MappingPlayer(world);
    this.guest = new GuestPlayer(world, new GuestCalls(converter(world)));
    this.pins = new PinPlayer(world);
  }

  /** Returns a player over the in-memory engine. */
  public static GuestMemoryPlayer inMemory(StartVm start) {
    return new GuestMemoryPlayer(Worlds.create(start));
  }

  /**
   * Returns a player over the in-memory engine whose VM has the slots that one of the real kernel
   * has from the beginning.
   */
  public static GuestMemoryPlayer inMemoryLikeReal(StartVm start) {
    return new GuestMemoryPlayer(Worlds.createLikeReal(start));
  }

  /**
   * Returns a player over the real kernel and this process. It cannot fork.
   *
   * @throws io.github.gmem4j.api.memory.KernelException if the kernel refuses
   */
  public static GuestMemoryPlayer onRealKernel(StartVm start, Kvm kvm) {
    return new GuestMemoryPlayer(Worlds.createReal(start, kvm));
  }

  @Override
  public Result play(Operation operation) {
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
  }

  private Result started() {
    return Result.of(
        world.start().exitHypercall()
            ? world.vm().enableExitHypercalls(Worlds.MAP_GPA_RANGE)
            : KernelResult.ok(world.vm()));
  }

  /** Ends the processes and the VM. */
  @Override
  public void close() {
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
