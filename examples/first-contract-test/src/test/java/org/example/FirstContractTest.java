package org.example;

import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.policy.tdx.TdxPolicy;
import io.github.gmem4j.testkit.contract.PolicyContract;

class FirstContractTest implements PolicyContract {
  @Override
  public ConversionPolicy policy() {
    return new TdxPolicy();
  }
}
