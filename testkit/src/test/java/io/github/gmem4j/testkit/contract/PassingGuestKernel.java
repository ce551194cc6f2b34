package io.github.gmem4j.testkit.contract;

import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.guest.InstructionResult;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.api.policy.GuestMove;
import io.github.gmem4j.api.policy.GuestProgress;
import io.github.gmem4j.api.vm.GpaRange;

/** The sound guest kernel; what is broken in it is overridden. */
class PassingGuestKernel implements GuestKernel {
  private final GuestKernel sound = AlteredPolicy.sound().guest();

  @Override
  public GuestMove begin(GpaRange range, Shareability target) {
    return sound.begin(range, target);
  }

  @Override
  public GuestMove afterCall(GuestProgress progress, GuestResult result) {
    return sound.afterCall(progress, result);
  }

  @Override
  public GuestMove afterInstruction(GuestProgress progress, InstructionResult result) {
    return sound.afterInstruction(progress, result);
  }
}
