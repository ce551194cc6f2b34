package io.github.gmem4j.policy.snp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.policy.snp.ghcb.PageSize;
import io.github.gmem4j.policy.snp.rmp.SnpInstruction;
import io.github.gmem4j.policy.snp.rmp.SnpInstructionResult;
import io.github.gmem4j.policy.snp.rmp.Validation;
import io.github.gmem4j.testkit.contract.PolicyContract;
import io.github.gmem4j.testkit.world.GuestWorld;

/** What every policy must do. */
final class SnpContractTest implements PolicyContract {
  @Override
  public ConversionPolicy policy() {
    return new SnpPolicy();
  }

  /** A guest that shares a page which it never validated ends itself: it validates all at boot. */
  @Override
  public void boot(GuestWorld world) {
    for (long page = 0; page < world.memory().size().wholePages().value(); page++) {
      if (world.stateOf(page) == Shareability.PRIVATE) {
        assertEquals(
            new ActionResult.Executed(SnpInstructionResult.CHANGED),
            world.result(
                new GuestAction.Execute(
                    new SnpInstruction.Pvalidate(
                        GuestWorld.gpa(page), PageSize.KIB_4, Validation.VALIDATE))));
      }
    }
  }
}
