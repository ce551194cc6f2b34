package org.example.armcca;

import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.testkit.contract.PolicyContract;

/** What every policy must do. */
class ArmCcaContractTest implements PolicyContract {
  @Override
  public ConversionPolicy policy() {
    return new ArmCcaPolicy();
  }
}
