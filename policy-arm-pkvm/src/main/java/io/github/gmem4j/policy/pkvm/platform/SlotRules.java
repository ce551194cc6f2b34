package io.github.gmem4j.policy.pkvm.platform;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.policy.SlotChange;
import io.github.gmem4j.api.policy.SlotRefusal;
import io.github.gmem4j.api.vm.SlotRequest;
import java.util.Optional;

/**
 * What a protected VM's slots may not be. Slots of a VM that has run are neither deleted nor moved,
 * and none may be read-only or log what gets dirty.
 *
 * <p>Source: Linux 7.3.4 {@code arch/arm64/kvm/mmu.c}, {@code kvm_arch_prepare_memory_region}.
 */
final class SlotRules {
  private boolean ran;

  /** The VM runs, and has run from now on. */
  void hasRun() {
    ran = true;
  }

  Optional<SlotRefusal> refusal(SlotChange change, long flags) {
    boolean goes =
        switch (change) {
          case DELETE, MOVE -> true;
          case CREATE, FLAGS_ONLY -> false;
        };
    if (goes && ran) {
      return refused("slots of a protected VM that has run are neither deleted nor moved");
    }
    boolean flagged = (flags & (SlotRequest.LOG_DIRTY_PAGES | SlotRequest.READONLY)) != 0;
    return flagged && change != SlotChange.DELETE
        ? refused("slots of a protected VM are neither read-only nor logged")
        : Optional.empty();
  }

  private static Optional<SlotRefusal> refused(String reason) {
    return Optional.of(new SlotRefusal(Errno.EPERM, reason));
  }
}
