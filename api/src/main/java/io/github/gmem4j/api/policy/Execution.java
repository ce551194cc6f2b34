package io.github.gmem4j.api.policy;

import io.github.gmem4j.api.guest.InstructionResult;
import io.github.gmem4j.api.vm.Gfn;

/** What a platform answers when a guest executes an instruction. */
public sealed interface Execution {
  /**
   * The instruction finished, well or badly.
   *
   * @param result what the guest finds in its registers
   */
  record Finished(InstructionResult result) implements Execution {}

  /**
   * A private page is missing. KVM handles it as a private touch of that frame; the guest executes
   * the instruction again.
   *
   * @param gfn the frame
   */
  record NeedsPage(Gfn gfn) implements Execution {}

  /**
   * The guest takes an exception.
   *
   * @param reason which one and why
   */
  record Excepted(String reason) implements Execution {}

  /**
   * The guest can never run again: the VM is dead.
   *
   * @param reason why
   */
  record Fatal(String reason) implements Execution {}
}
