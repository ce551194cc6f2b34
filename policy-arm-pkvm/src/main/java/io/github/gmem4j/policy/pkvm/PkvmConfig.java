package io.github.gmem4j.policy.pkvm;

import io.github.gmem4j.api.policy.ImplicitRule;
import io.github.gmem4j.api.policy.RetryRule;
import io.github.gmem4j.policy.pkvm.el2.DmaIsolation;
import io.github.gmem4j.policy.pkvm.hvc.HvcProfile;
import io.github.gmem4j.policy.pkvm.kvm.Unsharing;
import java.time.Duration;

/**
 * A pKVM policy as data. Immutable. Begin with a {@link PkvmVariant} and change what differs:
 *
 * <pre>{@code
 * PkvmConfig config = PkvmVariant.ASK_AGAIN.config().named("pkvm-hasty", "gives up at once")
 *     .withPatience(RetryRule.GIVE_UP);
 * }</pre>
 *
 * @param name the policy's name, see {@link io.github.gmem4j.api.policy.PolicyTraits}
 * @param summary one line for a person
 * @param unsharing when pages that the guest takes back become private
 * @param profile which calls EL2 knows; a guest kernel to match comes with it
 * @param patience how often the VMM runs a vCPU again, or tries by itself, while somebody holds its
 *     pages
 * @param implicitRule what the VMM does about memory faults
 * @param dmaIsolation what keeps devices from what the host does not have
 */
public record PkvmConfig(
    String name,
    String summary,
    Unsharing unsharing,
    HvcProfile profile,
    RetryRule patience,
    ImplicitRule implicitRule,
    DmaIsolation dmaIsolation) {
  /** How long the vCPU is held before each new try. */
  public static final Duration HOLD_PAUSE = Duration.ofMillis(5);

  /**
   * How many new tries: one second in all, within which direct I/O and IOMMU unmaps drain. Nobody
   * tells the VMM that the last reference is gone, so a design that retries must poll.
   */
  public static final int HOLD_ATTEMPTS = 200;

  /** Run the vCPU again and again, then let the guest's call fail. */
  public static final RetryRule HOLD_THEN_REFUSE =
      new RetryRule.Hold(HOLD_PAUSE, HOLD_ATTEMPTS, RetryRule.GIVE_UP);

  /** Returns this configuration under another name. */
  public PkvmConfig named(String newName, String newSummary) {
    return new PkvmConfig(
        newName, newSummary, unsharing, profile, patience, implicitRule, dmaIsolation);
  }

  /** Returns this configuration with another patience. */
  public PkvmConfig withPatience(RetryRule rule) {
    return new PkvmConfig(name, summary, unsharing, profile, rule, implicitRule, dmaIsolation);
  }

  /** Returns this configuration with another rule for memory faults. */
  public PkvmConfig withImplicitRule(ImplicitRule rule) {
    return new PkvmConfig(name, summary, unsharing, profile, patience, rule, dmaIsolation);
  }

  /** Returns this configuration with something else between devices and the guest's pages. */
  public PkvmConfig withDmaIsolation(DmaIsolation isolation) {
    return new PkvmConfig(name, summary, unsharing, profile, patience, implicitRule, isolation);
  }
}
