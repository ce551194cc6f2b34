package io.github.gmem4j.core.vmm;

import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.participant.PlannedConversion;
import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.policy.Unconverted;
import io.github.gmem4j.api.policy.VmmSeat;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.core.boundary.Thrown;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The end of requests that the kernel has. A readiness that the kernel was told of is not taken
 * back: such a request ends when its pages have changed, when its vCPU leaves {@code run()} without
 * asking again, or when the vCPU, the slot, the memory or the VM is gone. The last words are what
 * is so when they are said.
 *
 * <p>Thread-safe: whoever replaces a request in the register first says its last words.
 */
final class WithTheKernel {
  private final VmmSeat rules;
  private final Register register;
  private final PageStates states;
  private final Stepping stepping;

  WithTheKernel(VmmSeat rules, Register register, PageStates states, Stepping stepping) {
    this.rules = rules;
    this.register = register;
    this.states = states;
    this.stepping = stepping;
  }

  /** A vCPU has left {@code run()} with something other than the same question. */
  void afterRun(int vcpu, Exit exit) {
    endAll(this::isDone);
    // A run that failed has not finished the guest's call: its turn may still come.
    if (!(exit instanceof Exit.Failed)) {
      leaveBehind(request -> request.vcpu() == vcpu);
    }
  }

  /** A newer request concerns some frames: what is done there is ended. */
  void makeWay(GfnRange frames) {
    endAll(request -> request.frames().overlaps(frames) && isDone(request));
  }

  /**
   * A guest's call asks the kernel for frames anew: what was still coming there for this vCPU was
   * cancelled by the guest since, or the call would have been refused.
   */
  void asksAnew(int vcpu, GfnRange frames) {
    endAll(request -> request.vcpu() == vcpu && request.liesIn(frames));
  }

  /** A vCPU is gone, and does not run with any of its requests any more. */
  void vcpuGone(int vcpu) {
    leaveBehind(request -> request.vcpu() == vcpu);
  }

  /** Frames have no memory through their slot any more: {@code run()} converts nothing there. */
  void slotGone(GfnRange frames) {
    leaveBehind(request -> request.frames().overlaps(frames));
  }

  /**
   * A memory is gone, and its state with it. Nobody reaches its pages any more, so that is the last
   * word: done if they were to be private, not done if they were to be shared.
   */
  void memoryGone(GuestMemory memory) {
    forEach(
        request -> request.concerns(memory),
        request ->
            end(
                    request,
                    Settlement.READY,
                    piece ->
                        piece.memory().equals(memory)
                            ? piece.target() == Shareability.PRIVATE
                            : hasChanged(request, piece))
                .isPresent());
  }

  /** The VM is gone: nothing that no vCPU runs with changes by itself any more. */
  void vmGone() {
    endAll(request -> !request.isInRun());
  }

  /** The VM is gone, and a vCPU of it does not run any more. */
  void vmGone(int vcpu) {
    endAll(request -> request.vcpu() == vcpu);
  }

  /** Nothing runs any more. */
  void end() {
    endAll(request -> true);
  }

  /**
   * Says the last words for a request that has been settled otherwise.
   *
   * @return what came of it; empty if somebody else has ended it
   */
  Optional<Settlement> end(Request request, Settlement settlement) {
    return end(request, settlement, piece -> hasChanged(request, piece));
  }

  private void endAll(Predicate<Request> like) {
    forEach(like, request -> end(request, Settlement.READY).isPresent());
  }

  /** The kernel's turn inside {@code run()} is over; the pages may still change by themselves. */
  private void leaveBehind(Predicate<Request> like) {
    forEach(like, this::leaveBehind);
  }

  private boolean leaveBehind(Request request) {
    return isStillComing(request) && !isDone(request)
        ? register.replace(request, request.inKernel(Stage.KernelsTurn.COMPLETED))
        : end(request, Settlement.READY).isPresent();
  }

  /** Does something for each that is like that, whatever it throws for another. */
  private void forEach(Predicate<Request> like, Predicate<Request> deed) {
    @Nullable Throwable first = null;
    for (Request known : register.withKernel()) {
      try {
        Optional<Request> now = Optional.of(known);
        // A change of state has made another value of it: then once more.
        while (now.isPresent() && like.test(now.get()) && !deed.test(now.get())) {
          now = register.current(known);
        }
      } catch (RuntimeException | Error thrown) {
        first = Thrown.together(first, thrown);
      }
    }
    Thrown.rethrow(first);
  }

  private Optional<Settlement> end(
      Request request, Settlement settlement, Predicate<PlannedConversion> changed) {
    if (!(request.stage() instanceof Stage.WithKernel with)) {
      return Optional.empty();
    }
    List<LastWord> words = with.roll().lastWords(changed);
    Request ending =
        request.at(new Stage.Ending(with.roll(), words, List.of(), new Ended.Settled(settlement)));
    return register.replace(request, ending)
            && stepping.run(ending, Holding.NEVER) instanceof Progress.Settled settled
        ? Optional.of(settled.settlement())
        : Optional.empty();
  }

  /** Tells whether the kernel changes nothing any more for a request. */
  private boolean isDone(Request request) {
    return request.stage() instanceof Stage.WithKernel with
        && (with.roll().pieces().stream().allMatch(states::allHave)
            || (with.turn() == Stage.KernelsTurn.COMPLETED && !isStillComing(request)));
  }

  private boolean isStillComing(Request request) {
    return states.areKnown() && rules.unconverted(request.wish()) == Unconverted.STILL_COMING;
  }

  /**
   * Tells whether a piece has changed hands. A part of what the kernel has converted may have gone
   * back since, without an exit: then the rest is what counts. Where the state cannot be asked for,
   * the kernel would have asked again.
   */
  private boolean hasChanged(Request request, PlannedConversion piece) {
    if (!states.areKnown() || states.allHave(piece)) {
      return true;
    }
    return request.stage() instanceof Stage.WithKernel with
        && with.hasConverted(piece)
        && !states.noneHas(piece);
  }
}
