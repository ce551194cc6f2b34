package io.github.gmem4j.api.policy;

import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.guest.InstructionResult;
import io.github.gmem4j.api.guest.PlatformInstruction;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import java.util.Optional;

/**
 * How a guest kernel of an architecture brings memory into a state: which calls it makes, what it
 * makes of the answers, when it gives up. Makes {@link io.github.gmem4j.api.guest.GuestAction
 * .Request} executable.
 *
 * @implSpec Pure functions, see {@link ConversionPolicy}.
 *     <ul>
 *       <li><b>G1</b> Every range of whole pages has a first move, in both directions.
 *       <li><b>G2</b> A request ends, also if it is refused each time: the guest is done, gives up
 *           or halts for good.
 *       <li><b>G3</b> After {@link GuestMove.Done} the guest can touch every page of the range in
 *           its new state.
 *       <li><b>G4</b> The caller hands over the progress of the last {@link GuestMove.Call} or
 *           {@link GuestMove.Execute}, to the method that belongs to it.
 *     </ul>
 */
public interface GuestKernel {
  /** Returns the first move. */
  GuestMove begin(GpaRange range, Shareability target);

  /** Returns the move after a call returned. */
  GuestMove afterCall(GuestProgress progress, GuestResult result);

  /** Returns the move after an instruction finished. */
  GuestMove afterInstruction(GuestProgress progress, InstructionResult result);

  /**
   * Returns the instruction with which a guest takes a page of 4 KiB for its own that it believes
   * private already, as firmware does at boot.
   *
   * @param page the page's address, right or wrong
   * @return empty, the default: there is none, the first private touch is enough
   */
  default Optional<PlatformInstruction> acceptance(Gpa page) {
    return Optional.empty();
  }

  /**
   * Returns what does duty for an instruction where a real vCPU plays this guest without the
   * architecture's hardware beneath it.
   *
   * @return empty, the default: nothing can, the instruction is undefined
   */
  default Optional<Substitute> substitute(PlatformInstruction instruction) {
    return Optional.empty();
  }
}
