package io.github.gmem4j.core.vmm;

import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.participant.PlannedConversion;
import io.github.gmem4j.api.vm.ConversionScope;
import io.github.gmem4j.api.vm.VirtualMachine;

/** What the pages of planned pieces are now, where the memory can be asked. May be stale. */
final class PageStates {
  private final VirtualMachine vm;

  PageStates(VirtualMachine vm) {
    this.vm = vm;
  }

  /** Tells whether the memory can be asked, rather than the VM keeping the state. */
  boolean areKnown() {
    return vm.conversionScope() == ConversionScope.GUEST_MEMORY;
  }

  /** Tells whether every page of a piece has the wanted state. False where nobody can be asked. */
  boolean allHave(PlannedConversion piece) {
    return areKnown() && !anyIs(piece, piece.target().opposite());
  }

  /** Tells whether no page of a piece has the wanted state. False where nobody can be asked. */
  boolean noneHas(PlannedConversion piece) {
    return areKnown() && !anyIs(piece, piece.target());
  }

  private static boolean anyIs(PlannedConversion piece, Shareability state) {
    for (long page = piece.pages().first().value(); page < piece.pages().endExclusive(); page++) {
      if (piece.memory().shareability(new PageIndex(page)) == state) {
        return true;
      }
    }
    return false;
  }
}
