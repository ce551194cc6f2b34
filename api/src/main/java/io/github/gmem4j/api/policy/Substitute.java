package io.github.gmem4j.api.policy;

import io.github.gmem4j.api.guest.InstructionResult;
import io.github.gmem4j.api.vm.GpaRange;

/**
 * What a real vCPU does in place of an instruction of hardware that is not there, see {@link
 * GuestKernel#substitute}.
 */
public sealed interface Substitute {
  /**
   * Stores zeroes all over a range, page by page, each through a fault of its own where it needs
   * one.
   *
   * @param range the guest physical bytes, whole pages
   * @param result what the instruction yields then
   */
  record Clear(GpaRange range, InstructionResult result) implements Substitute {}

  /**
   * Touches nothing.
   *
   * @param result what the instruction yields
   */
  record Answer(InstructionResult result) implements Substitute {}
}
