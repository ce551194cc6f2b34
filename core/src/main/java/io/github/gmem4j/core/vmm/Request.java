package io.github.gmem4j.core.vmm;

import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.policy.PolicyTraits.Converter;
import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.policy.Settlement.Obstacle;
import io.github.gmem4j.api.policy.Wish;
import io.github.gmem4j.api.vm.GfnRange;
import java.util.stream.Stream;

/**
 * A guest's request in the VMM's hands. Immutable: each step makes the next value.
 *
 * @param vcpu whose it is
 * @param wish what its exit asks for
 * @param frames the frames
 * @param patience how often it may be tried, and for how long
 * @param stage how far it is
 */
record Request(int vcpu, Wish.Convert wish, GfnRange frames, Patience patience, Stage stage) {
  /** Tells whether this is the very same value: one that went on may look the same as before. */
  @SuppressWarnings("ReferenceEquality")
  boolean isVery(Request other) {
    return this == other;
  }

  Request at(Stage next) {
    return new Request(vcpu, wish, frames, patience, next);
  }

  Request with(Patience other) {
    return new Request(vcpu, wish, frames, other, stage);
  }

  /** The same request of the kernel's, at another place in it. */
  Request inKernel(Stage.KernelsTurn turn) {
    return stage instanceof Stage.WithKernel with
        ? at(new Stage.WithKernel(with.roll(), turn, with.converted()))
        : this;
  }

  /** Tells whether all of its frames are among some. */
  boolean liesIn(GfnRange others) {
    return others.first().value() <= frames.first().value()
        && frames.endExclusive() <= others.endExclusive();
  }

  /** Tells whether the kernel may convert pages of a memory for it. */
  boolean concerns(GuestMemory memory) {
    return stage instanceof Stage.WithKernel with
        && with.roll().pieces().stream().anyMatch(piece -> piece.memory().equals(memory));
  }

  /** The same request of the kernel's, some frames of which it has converted. */
  Request converted(GfnRange some) {
    return stage instanceof Stage.WithKernel with
        ? at(
            new Stage.WithKernel(
                with.roll(),
                with.turn(),
                Stream.concat(with.converted().stream(), Stream.of(some)).toList()))
        : this;
  }

  /**
   * Tells whether no other request may concern a frame of this one: it has had its turn, and
   * somebody may be ready for it.
   */
  boolean excludes() {
    return switch (stage) {
      case Stage.Entering entering -> false;
      case Stage.Ending ending -> !ending.roll().entries().isEmpty() || !ending.owed().isEmpty();
      default -> true;
    };
  }

  /** Tells whether its vCPU was, or will be, run with it. */
  boolean isInRun() {
    return stage instanceof Stage.WithKernel with && with.turn() == Stage.KernelsTurn.RUN;
  }

  /** Tells whether the kernel has it. */
  boolean isWithKernel() {
    return stage instanceof Stage.WithKernel;
  }

  /** Tells whether a newer request asks the kernel for nothing that this one did not. */
  boolean mayBeTakenOverBy(Request newer) {
    return newer.wish().by() == Converter.KVM
        && wish.target() == newer.wish().target()
        && newer.liesIn(frames);
  }

  /** Returns what comes of it if something was in the way at the last try that its rule allows. */
  Settlement givenUp(Obstacle why) {
    return patience.endsInRetry()
        ? new Settlement.RetryLater(why)
        : new Settlement.GaveUp(why, patience.attempts());
  }
}
