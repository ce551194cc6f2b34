package io.github.gmem4j.core.softwareprotected;

import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.guest.InstructionResult;
import io.github.gmem4j.api.guest.PlainHypercall;
import io.github.gmem4j.api.guest.PlainResult;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.api.policy.GuestMove;
import io.github.gmem4j.api.policy.GuestProgress;
import io.github.gmem4j.api.vm.GpaRange;

/** A guest that makes one call for the whole range, again when told to, three times at most. */
final class PlainGuestKernel implements GuestKernel {
  /** How often the guest asks. */
  static final int MAX_CALLS = 3;

  /**
   * Where the guest is.
   *
   * @param call the call it makes
   * @param calls how often it has made it
   */
  private record Asking(PlainHypercall call, int calls) implements GuestProgress {}

  @Override
  public GuestMove begin(GpaRange range, Shareability target) {
    PlainHypercall call = PlainHypercall.of(range, target);
    return new GuestMove.Call(call, new Asking(call, 1));
  }

  @Override
  public GuestMove afterCall(GuestProgress progress, GuestResult result) {
    Asking asking = (Asking) progress;
    long value = ((PlainResult) result).value();
    if (value == 0) {
      return GuestMove.DONE;
    }
    if (value == Errno.EAGAIN.number() && asking.calls() < MAX_CALLS) {
      return new GuestMove.Call(asking.call(), new Asking(asking.call(), asking.calls() + 1));
    }
    return new GuestMove.GiveUp("hypercall returned " + value);
  }

  @Override
  public GuestMove afterInstruction(GuestProgress progress, InstructionResult result) {
    throw new IllegalStateException("this guest executes no instruction: " + progress);
  }
}
