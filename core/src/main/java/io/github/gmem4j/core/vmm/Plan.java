package io.github.gmem4j.core.vmm;

import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.participant.PlannedConversion;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.api.vm.MemorySlot;
import io.github.gmem4j.api.vm.VirtualMachine;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a wish means for the VM's slots, before anything is touched. */
sealed interface Plan {
  /**
   * Guest memory lies behind the whole range.
   *
   * @param pieces one for each slot, in ascending order
   */
  record Pieces(List<PlannedConversion> pieces) implements Plan {}

  /**
   * It does not.
   *
   * @param entirely whether there is none at all
   */
  record Unbacked(boolean entirely) implements Plan {}

  /** Plans a wish. */
  static Plan of(VirtualMachine vm, GfnRange frames, Shareability target) {
    List<PlannedConversion> pieces = new ArrayList<>();
    long next = frames.first().value();
    for (MemorySlot slot : vm.slots()) {
      Optional<GuestMemory> memory = slot.memory();
      if (slot.addressSpace() != 0 || memory.isEmpty() || !slot.frames().overlaps(frames)) {
        continue;
      }
      long first = Math.max(slot.frames().first().value(), frames.first().value());
      long end = Math.min(slot.frames().endExclusive(), frames.endExclusive());
      if (first != next) {
        return new Unbacked(false);
      }
      GfnRange piece = GfnRange.of(first, end - first);
      pieces.add(new PlannedConversion(piece, target, memory.get(), slot.pagesOf(piece)));
      next = end;
    }
    return next == frames.endExclusive()
        ? new Pieces(List.copyOf(pieces))
        : new Unbacked(pieces.isEmpty());
  }
}
