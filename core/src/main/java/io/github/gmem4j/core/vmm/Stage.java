package io.github.gmem4j.core.vmm;

import io.github.gmem4j.api.participant.PlannedConversion;
import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.vm.GfnRange;
import java.util.List;

/**
 * How far a request is. From {@link Planning} on, no other request for a frame of its range is
 * anywhere but at {@link Entering}; that lasts until the last participant has had the last word.
 */
sealed interface Stage {
  /** It waits until no other request concerns its frames. */
  record Entering() implements Stage {}

  /** Next: what does it mean for the VM's slots? */
  record Planning() implements Stage {}

  /**
   * Next: ask one participant to prepare.
   *
   * @param ready how many entries of the roll are ready
   */
  record Preparing(Roll roll, int ready) implements Stage {}

  /**
   * The VMM converts. Next: one piece.
   *
   * @param converted the pieces that were, in order: the first ones of the roll
   * @param undoable those of them that changed wholly, and may be converted back
   */
  record Converting(Roll roll, List<PlannedConversion> converted, List<PlannedConversion> undoable)
      implements Stage {}

  /**
   * A later piece could not be converted. Next: convert one back, the last first.
   *
   * @param settlement what came of the request
   */
  record Undoing(
      Roll roll,
      List<PlannedConversion> converted,
      List<PlannedConversion> undoable,
      Settlement settlement)
      implements Stage {}

  /**
   * The kernel may convert while the vCPU runs, and nobody takes that back: nothing to do until it
   * is known that its turn is over.
   *
   * @param turn where in the kernel it is
   * @param converted frames that the kernel has converted for it, as it said
   */
  record WithKernel(Roll roll, KernelsTurn turn, List<GfnRange> converted) implements Stage {
    WithKernel(Roll roll) {
      this(roll, KernelsTurn.RUN, List.of());
    }

    /** Tells whether the kernel has converted a piece. */
    boolean hasConverted(PlannedConversion piece) {
      return converted.stream().anyMatch(frames -> frames.overlaps(piece.frames()));
    }
  }

  /** Where in the kernel a request is. */
  enum KernelsTurn {
    /** The vCPU was, or will be, run with it. */
    RUN,
    /**
     * The kernel has completed the guest's call or access. What has not changed by now does not
     * change, unless the policy says that it changes by itself, later.
     */
    COMPLETED
  }

  /**
   * Next: one participant's last word.
   *
   * @param roll who was asked to prepare
   * @param owed the last words still to be said, in order
   * @param broken the promises that were broken while they were said
   * @param ended how the request goes on afterwards
   */
  record Ending(Roll roll, List<LastWord> owed, List<Broken> broken, Ended ended)
      implements Stage {}

  /** The one value of {@link Entering}. */
  Entering ENTERING = new Entering();

  /** The one value of {@link Planning}. */
  Planning PLANNING = new Planning();
}
