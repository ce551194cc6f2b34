package io.github.gmem4j.api.policy;

import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.guest.PlatformInstruction;

/** One move of a {@link GuestKernel}. */
public sealed interface GuestMove {
  /** Call the hypervisor. */
  record Call(GuestCall call, GuestProgress progress) implements GuestMove {}

  /** Execute an instruction of the platform. */
  record Execute(PlatformInstruction instruction, GuestProgress progress) implements GuestMove {}

  /** The memory has the wanted state and the guest uses it. */
  record Done() implements GuestMove {}

  /**
   * The guest reports a failure to whoever asked for the conversion.
   *
   * @param reason what it would log
   */
  record GiveUp(String reason) implements GuestMove {}

  /**
   * The guest executes nothing any more: it halts in a loop, or spins. What it was asked for stays
   * unfinished, and every further {@code run()} leaves with {@link
   * io.github.gmem4j.api.vm.Exit.Halt}.
   */
  record Halt() implements GuestMove {}

  /** The one value of {@link Halt}. */
  Halt HALT = new Halt();

  /** The one value of {@link Done}. */
  Done DONE = new Done();
}
