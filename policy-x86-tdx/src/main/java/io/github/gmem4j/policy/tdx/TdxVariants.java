package io.github.gmem4j.policy.tdx;

import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.api.policy.KvmSeat;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.policy.PlatformHost;
import io.github.gmem4j.api.policy.PolicyTraits;
import io.github.gmem4j.api.policy.VmmSeat;

/**
 * The proposals for TDX that no kernel carries out, as {@link java.util.ServiceLoader} wants them:
 * for each a class with a constructor that takes nothing.
 */
public final class TdxVariants {
  private TdxVariants() {}

  /** A policy that is another one under a class of its own. */
  public sealed interface Standing extends ConversionPolicy {
    /** Returns what the variant differs in. */
    ConversionRule rule();

    private TdxPolicy policy() {
      return new TdxPolicy(TdxConfig.DEFAULT.toBuilder().conversion(rule()).build());
    }

    @Override
    default PolicyTraits traits() {
      return policy().traits();
    }

    @Override
    default KvmSeat kvm() {
      return policy().kvm();
    }

    @Override
    default VmmSeat vmm() {
      return policy().vmm();
    }

    @Override
    default Platform createPlatform(PlatformHost host) {
      return policy().createPlatform(host);
    }

    @Override
    default GuestKernel guest() {
      return policy().guest();
    }
  }

  /** {@code tdx-in-run}: {@link ConversionRule#IN_RUN_OR_FAULT}. */
  public record InRun() implements Standing {
    @Override
    public ConversionRule rule() {
      return ConversionRule.IN_RUN_OR_FAULT;
    }
  }

  /** {@code tdx-in-run-success}: {@link ConversionRule#IN_RUN_OR_SUCCESS}. */
  public record InRunSuccess() implements Standing {
    @Override
    public ConversionRule rule() {
      return ConversionRule.IN_RUN_OR_SUCCESS;
    }
  }
}
