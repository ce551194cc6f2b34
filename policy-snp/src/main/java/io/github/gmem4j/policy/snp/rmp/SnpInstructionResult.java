package io.github.gmem4j.policy.snp.rmp;

import io.github.gmem4j.api.guest.InstructionResult;

/**
 * What an {@link SnpInstruction} left in the guest's registers.
 *
 * @param status EAX
 * @param carry CF: PVALIDATE has found the page as it was to be, and changed nothing
 */
public record SnpInstructionResult(RmpStatus status, boolean carry) implements InstructionResult {
  /** Done, and something has changed. */
  public static final SnpInstructionResult CHANGED =
      new SnpInstructionResult(RmpStatus.SUCCESS, false);

  /** Done, and nothing has changed: somebody has validated, or rescinded, the page before. */
  public static final SnpInstructionResult UNCHANGED =
      new SnpInstructionResult(RmpStatus.SUCCESS, true);

  /** Returns the result of an instruction that was not carried out. */
  public static SnpInstructionResult failed(RmpStatus status) {
    return new SnpInstructionResult(status, false);
  }
}
