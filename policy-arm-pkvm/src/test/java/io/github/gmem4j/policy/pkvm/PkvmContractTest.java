package io.github.gmem4j.policy.pkvm;

import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.testkit.contract.PolicyContract;
import org.junit.jupiter.api.Nested;

/** What every policy must do, asked of each variant. */
class PkvmContractTest {
  /** Ownership changes, contents stay. */
  interface Preserving extends PolicyContract {
    @Override
    default boolean preservesContents() {
      return true;
    }
  }

  @Nested
  class AskAgain implements Preserving {
    @Override
    public ConversionPolicy policy() {
      return PkvmVariant.ASK_AGAIN.policy();
    }
  }

  @Nested
  class OneTry implements Preserving {
    @Override
    public ConversionPolicy policy() {
      return PkvmVariant.ONE_TRY.policy();
    }
  }

  @Nested
  class RunOn implements Preserving {
    @Override
    public ConversionPolicy policy() {
      return PkvmVariant.RUN_ON.policy();
    }
  }

  @Nested
  class UnmapFirst implements Preserving {
    @Override
    public ConversionPolicy policy() {
      return PkvmVariant.UNMAP_FIRST.policy();
    }
  }

  @Nested
  class SuccessFirst implements Preserving {
    @Override
    public ConversionPolicy policy() {
      return PkvmVariant.SUCCESS_FIRST.policy();
    }
  }

  @Nested
  class PendingPrivate implements Preserving {
    @Override
    public ConversionPolicy policy() {
      return PkvmVariant.PENDING_PRIVATE.policy();
    }
  }

  @Nested
  class Mainline implements Preserving {
    @Override
    public ConversionPolicy policy() {
      return PkvmVariant.MAINLINE.policy();
    }

    @Override
    public boolean gatesOnReferences() {
      return false;
    }
  }

  @Nested
  class Android implements Preserving {
    @Override
    public ConversionPolicy policy() {
      return PkvmVariant.ANDROID.policy();
    }
  }
}
