package io.github.gmem4j.core.vmm;

import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.policy.PolicyTraits.Converter;
import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.policy.Settlement.Obstacle;
import io.github.gmem4j.api.policy.VmmSeat;
import io.github.gmem4j.api.policy.Wish;
import io.github.gmem4j.api.vm.Exit;
import java.time.Duration;
import java.util.Optional;

/** From a wish in an exit to its settlement. */
final class Settling {
  private final VmmSeat rules;
  private final Register register;
  private final Stepping stepping;
  private final WithTheKernel kernel;

  Settling(VmmSeat rules, Register register, Stepping stepping, WithTheKernel kernel) {
    this.rules = rules;
    this.register = register;
    this.stepping = stepping;
    this.kernel = kernel;
  }

  /**
   * Settles a wish.
   *
   * @param parked the vCPU's request whose wait was ended from outside, if there is one
   * @param errorOffset where the kernel found a page held when it tried by itself; empty if the
   *     exit does not say, as at every first try
   */
  Progress settle(
      int vcpu,
      Wish.Convert wish,
      Exit exit,
      Optional<Request> parked,
      Optional<ByteOffset> errorOffset,
      Holding holding) {
    if (parked.isPresent() && parked.get().wish().equals(wish)) {
      return drive(parked.get(), holding);
    }
    parked.ifPresent(stepping::abandon);
    Optional<Request> asked = errorOffset.isPresent() ? asked(vcpu, wish) : Optional.empty();
    if (asked.isPresent()) {
      return settleAgain(asked.get(), errorOffset, holding);
    }
    kernel.afterRun(vcpu, exit);
    if (!wish.range().isPageAligned() || wish.range().isEmptyOrWraps()) {
      return new Progress.Settled(
          new Settlement.Rejected(
              new ConversionOutcome.Rejected(
                  Errno.EINVAL, "not a range of whole pages: " + wish.range())));
    }
    if (wish.by() == Converter.KVM && errorOffset.isEmpty()) {
      kernel.asksAnew(vcpu, wish.range().frames());
    }
    return begin(vcpu, wish, holding);
  }

  /** A vCPU has left {@code run()} with something else than what it asked before. */
  void leave(int vcpu, Exit exit, Optional<Request> parked) {
    parked.ifPresent(stepping::abandon);
    kernel.afterRun(vcpu, exit);
  }

  /** A vCPU's request whose wait was ended from outside is not wanted any more. */
  void abandon(Request parked) {
    stepping.abandon(parked);
  }

  private Progress begin(int vcpu, Wish.Convert wish, Holding holding) {
    Request request =
        new Request(
            vcpu, wish, wish.range().frames(), Patience.of(rules.retryRule(wish)), Stage.ENTERING);
    kernel.makeWay(request.frames());
    register.add(request);
    return drive(request, holding);
  }

  private Progress drive(Request request, Holding holding) {
    return stepping.run(
        request,
        (pause, attempt) -> {
          boolean held = holding.hold(pause, attempt);
          kernel.makeWay(request.frames());
          return held;
        });
  }

  /** The kernel could not convert by itself and asks again; everybody is ready already. */
  private Progress settleAgain(Request request, Optional<ByteOffset> errorOffset, Holding holding) {
    Request tried = request.with(request.patience().afterFailedTry());
    Optional<Patience.NextTry> next = tried.patience().next(Duration.ZERO);
    if (next.isEmpty()) {
      Settlement settlement = tried.givenUp(Obstacle.askedAgain(errorOffset));
      return new Progress.Settled(kernel.end(request, settlement).orElse(settlement));
    }
    if (!holding.hold(next.get().pause(), tried.patience().attempts())) {
      return new Progress.HeldWithKernel();
    }
    for (Optional<Request> now = asked(request.vcpu(), request.wish());
        now.isPresent();
        now = asked(request.vcpu(), request.wish())) {
      Request ready = now.get().with(next.get().then()).inKernel(Stage.KernelsTurn.RUN);
      if (register.replace(now.get(), ready)) {
        return new Progress.Settled(Settlement.READY);
      }
    }
    // It was found to be over while the vCPU was held, and everybody has had the last word.
    return begin(request.vcpu(), request.wish(), holding);
  }

  private Optional<Request> asked(int vcpu, Wish.Convert wish) {
    return register.withKernel().stream()
        .filter(request -> request.vcpu() == vcpu && request.wish().equals(wish))
        .findFirst();
  }
}
