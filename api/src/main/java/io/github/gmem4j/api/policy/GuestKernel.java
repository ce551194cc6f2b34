package io.github.gmem4j.api.policy;

import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.guest.InstructionResult;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.GpaRange;

/**
 * How a guest kernel of an architecture brings memory into a state: which calls it makes, what it
 * makes of the answers, when it gives up. Makes {@link io.github.gmem4j.api.guest.GuestAction
 * .Request} executable.
 *
 * @implSpec Pure functions, see {@link ConversionPolicy}.
 */
public interface GuestKernel {
  /** Returns the first move. */
  GuestMove begin(GpaRange range, Shareability target);

  /** Returns the move after a call returned. */
  GuestMove afterCall(GuestProgress progress, GuestResult result);

  /** Returns the move after an instruction finished. */
  GuestMove afterInstruction(GuestProgress progress, InstructionResult result);
}
