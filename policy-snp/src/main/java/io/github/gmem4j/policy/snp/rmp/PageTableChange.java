package io.github.gmem4j.policy.snp.rmp;

import io.github.gmem4j.api.guest.InstructionResult;
import io.github.gmem4j.api.guest.PlatformInstruction;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.GfnRange;

/**
 * A guest writes its own page table: frames get the encryption bit or lose it, and the TLB is
 * flushed. Nobody but the guest's later {@link SnpInstruction.Pvalidate} looks at it here; an
 * access says by itself through which kind of mapping it goes.
 *
 * @param range the frames
 * @param mapping {@code PRIVATE} with the encryption bit
 */
public record PageTableChange(GfnRange range, Shareability mapping) implements PlatformInstruction {
  /** The entries are written: nothing can refuse. */
  public static final Written WRITTEN = new Written();

  /** What is left in the registers: nothing. */
  public record Written() implements InstructionResult {}
}
