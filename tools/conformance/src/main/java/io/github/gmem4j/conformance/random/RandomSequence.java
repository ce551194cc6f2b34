package io.github.gmem4j.conformance.random;

import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.conformance.operation.Generation;
import io.github.gmem4j.conformance.operation.Operation;
import io.github.gmem4j.conformance.operation.PinKind;
import io.github.gmem4j.conformance.operation.StartVm;
import java.util.List;
import java.util.Optional;

/**
 * Operations of generation C made up from a seed: few pages, few slots, and so many of everything
 * that they meet. The same seed, VM type and menu give the same operations everywhere. Not
 * thread-safe.
 */
public final class RandomSequence {
  private final StartVm start;
  private final Menu menu;
  private final Theme theme;
  private final Dice dice;
  private final Sketch sketch = new Sketch();
  private final MemoryMoves memories;
  private final SlotMoves slots;
  private final ConversionMoves conversions;
  private final HostMoves host;
  private final GuestMoves guest;
  private final PinMoves pins;
  private boolean begun;

  /** Begins a sequence. */
  public RandomSequence(long seed, VmType type, Menu menu) {
    this.dice = new Dice(seed);
    this.menu = menu;
    this.theme = dice.oneOf(List.of(Theme.values()));
    this.start = new StartVm(Generation.C, type, !dice.oneIn(8), theme.name(), seed);
    this.memories = new MemoryMoves(dice, sketch, type);
    this.slots = new SlotMoves(dice, sketch);
    this.conversions = new ConversionMoves(dice, sketch, type);
    this.host = new HostMoves(dice, sketch);
    this.guest = new GuestMoves(dice, sketch, conversions, start);
    this.pins = new PinMoves(dice, sketch, host);
  }

  /** Returns what the VM is like, which is also the first operation. */
  public StartVm start() {
    return start;
  }

  /** Returns the next operation; there is always one. */
  public Operation next() {
    if (!begun) {
      begun = true;
      return start;
    }
    if (sketch.files.isEmpty()) {
      return memories.create().orElseThrow();
    }
    while (true) {
      Optional<Operation> made = make(menu.pick(dice, theme));
      if (made.isPresent()) {
        return made.get();
      }
    }
  }

  /** Makes a move, unless there is nothing to make it with. */
  private Optional<Operation> make(Move move) {
    return switch (move) {
      case CREATE -> memories.create();
      case QUERY -> memories.query();
      case HOST_IN_MEMORY -> host.inMemory();
      case GUEST_LOAD -> guest.load();
      case GUEST_STORE -> guest.store();
      case BIND_TWICE -> slots.bindTwice();
      case RELEASE -> pins.release();
      default -> Optional.of(makeAlways(move));
    };
  }

  private Operation makeAlways(Move move) {
    return switch (move) {
      case CREATE, QUERY, HOST_IN_MEMORY, GUEST_LOAD, GUEST_STORE, BIND_TWICE, RELEASE ->
          throw new IllegalArgumentException(move.name());
      case CREATE_ILLEGAL -> memories.createIllegal();
      case PUNCH -> memories.punch();
      case ALLOCATE -> memories.allocate();
      case FALLOCATE_ILLEGAL -> memories.fallocateIllegal();
      case TRUNCATE -> memories.truncate();
      case CLOSE -> memories.close();
      case BIND -> slots.bind();
      case BIND_ILLEGAL -> slots.bindIllegal();
      case BIND_ORDINARY -> slots.bindOrdinary();
      case UNBIND -> slots.unbind();
      case CONVERT -> conversions.convert();
      case CONVERT_ILLEGAL -> conversions.convertIllegal();
      case CONVERT_IN_PLACE -> conversions.convertInPlace();
      case HOST_LOAD -> host.load();
      case HOST_STORE -> host.store();
      case UNMAP -> host.unmap();
      case REMAP -> host.remap();
      case ADVISE -> host.advise();
      case LOCK -> host.lock();
      case UNLOCK -> host.unlock();
      case PREFAULT -> guest.prefault();
      case PREFAULT_ILLEGAL -> guest.prefaultIllegal();
      case HYPERCALL -> guest.hypercall();
      case HYPERCALL_ILLEGAL -> guest.hypercallIllegal();
      case SPLICE -> pins.take(PinKind.VMSPLICE);
      case REGISTER -> pins.take(PinKind.IOURING);
    };
  }
}
