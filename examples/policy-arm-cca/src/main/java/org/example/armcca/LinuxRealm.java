package org.example.armcca;

import io.github.gmem4j.api.guest.*;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.*;
import io.github.gmem4j.api.vm.GpaRange;

/** Linux 7.3 asks again from where the last answer stopped ({@code asm/rsi.h}). */
final class LinuxRealm implements GuestKernel {
  /** Linux does not look for progress and would ask for ever; here it ends after so many. */
  static final int MAX_STALLS = 16;

  /** A request, and how often in a row nothing came of it. */
  record Asking(RsiCall call, int stalls) implements GuestProgress {}

  @Override
  public GuestMove begin(GpaRange range, Shareability target) {
    long base = range.start().value();
    return ask(base, base + range.size().value(), target == Shareability.PRIVATE ? 1 : 0, 0);
  }

  private static GuestMove ask(long base, long top, long ripas, int stalls) {
    var call = new RsiCall(RsiCall.SET, base, top, ripas, RsiCall.CHANGE_DESTROYED);
    return new GuestMove.Call(call, new Asking(call, stalls));
  }

  @Override
  public GuestMove afterCall(GuestProgress progress, GuestResult result) {
    if (!(progress instanceof Asking(RsiCall call, int stalls)
        && result instanceof RsiCall.Result(long status, long next, long answer)
        && status == 0
        && answer == RsiCall.Result.ACCEPT
        && next >= call.base()
        && next <= call.top())) {
      return new GuestMove.GiveUp("failed: " + progress + ", " + result);
    }
    int idle = next == call.base() ? stalls + 1 : 0;
    if (idle > MAX_STALLS) {
      return new GuestMove.GiveUp("no progress: " + call);
    }
    return next == call.top() ? GuestMove.DONE : ask(next, call.top(), call.ripas(), idle);
  }

  @Override
  public GuestMove afterInstruction(GuestProgress progress, InstructionResult result) {
    return new GuestMove.GiveUp("unexpected: " + result);
  }
}
