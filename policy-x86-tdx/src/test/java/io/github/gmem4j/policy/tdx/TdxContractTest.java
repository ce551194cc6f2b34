package io.github.gmem4j.policy.tdx;

import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.testkit.contract.PolicyContract;
import org.junit.jupiter.api.Nested;

/** What every policy must do, asked of TDX and its variants. */
class TdxContractTest {
  @Nested
  class Mainline implements PolicyContract {
    @Override
    public ConversionPolicy policy() {
      return new TdxPolicy();
    }
  }

  @Nested
  class InRun implements PolicyContract {
    @Override
    public ConversionPolicy policy() {
      return new TdxVariants.InRun();
    }
  }

  @Nested
  class InRunSuccess implements PolicyContract {
    @Override
    public ConversionPolicy policy() {
      return new TdxVariants.InRunSuccess();
    }
  }
}
