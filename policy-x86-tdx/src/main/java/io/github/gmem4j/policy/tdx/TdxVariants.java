package io.github.gmem4j.policy.tdx;

import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.policy.ForwardingPolicy;

/**
 * The proposals for TDX that no kernel carries out, as {@link java.util.ServiceLoader} wants them:
 * for each a class with a constructor that takes nothing.
 */
public final class TdxVariants {
  private static final ConversionPolicy IN_RUN = converting(ConversionRule.IN_RUN_OR_FAULT);
  private static final ConversionPolicy IN_RUN_SUCCESS =
      converting(ConversionRule.IN_RUN_OR_SUCCESS);

  private TdxVariants() {}

  private static ConversionPolicy converting(ConversionRule rule) {
    return new TdxPolicy(TdxConfig.DEFAULT.toBuilder().conversion(rule).build());
  }

  /** {@code tdx-in-run}: {@link ConversionRule#IN_RUN_OR_FAULT}. */
  public record InRun() implements ForwardingPolicy {
    @Override
    public ConversionPolicy policy() {
      return IN_RUN;
    }
  }

  /** {@code tdx-in-run-success}: {@link ConversionRule#IN_RUN_OR_SUCCESS}. */
  public record InRunSuccess() implements ForwardingPolicy {
    @Override
    public ConversionPolicy policy() {
      return IN_RUN_SUCCESS;
    }
  }
}
