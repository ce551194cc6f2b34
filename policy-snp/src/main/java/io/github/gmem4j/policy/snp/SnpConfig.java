package io.github.gmem4j.policy.snp;

import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.policy.ImplicitRule;
import io.github.gmem4j.api.policy.RetryRule;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.policy.snp.rmp.RmpCoverage;
import java.time.Duration;
import java.util.Optional;

/**
 * The knobs of an {@link SnpPolicy}. Immutable. Begin with {@link #DEFAULT} and change what
 * differs:
 *
 * <pre>{@code
 * SnpConfig config = SnpConfig.DEFAULT.toBuilder().guest(GuestFlavour.OVMF).build();
 * }</pre>
 *
 * @param ghcb where in the guest memory guests keep their GHCB, page aligned and not 0. The page
 *     must be shared: KVM holds a reference on it while a call is under way. Empty: in memory that
 *     the VM's slots do not have, always shared and never converted
 * @param coverage which physical pages have an RMP entry and so can become private
 * @param guest which guest software asks for conversions
 * @param retryRule what the VMM does while somebody holds pages that are to become private; once it
 *     is used up the guest is refused, even where the rule says to let it ask again
 * @param implicitRule what the VMM does about accesses whose kind differs from the page's
 */
public record SnpConfig(
    Optional<Gpa> ghcb,
    RmpCoverage coverage,
    GuestFlavour guest,
    RetryRule retryRule,
    ImplicitRule implicitRule) {
  /** Where guests think their GHCB is when it lies outside of the VM's slots. */
  public static final Gpa GHCB_ELSEWHERE = new Gpa(0xFEFF_E000L);

  /** How long the vCPU is held before each new try. */
  public static final Duration HOLD_PAUSE = Duration.ofMillis(5);

  /**
   * How many new tries: one second in all. Direct I/O and IOMMU unmaps drain well within it, and it
   * is far below the 20 s of a guest's soft-lockup detector.
   */
  public static final int HOLD_ATTEMPTS = 200;

  /** Hold the vCPU, then refuse: a guest that is told to come back ends itself instead. */
  public static final RetryRule HOLD_THEN_REFUSE =
      new RetryRule.Hold(HOLD_PAUSE, HOLD_ATTEMPTS, RetryRule.GIVE_UP);

  /** A Linux guest whose GHCB pages are no business of ours, on a host whose RMP covers all. */
  public static final SnpConfig DEFAULT =
      new SnpConfig(
          Optional.empty(),
          RmpCoverage.ALL,
          GuestFlavour.LINUX,
          HOLD_THEN_REFUSE,
          ImplicitRule.CONVERT);

  /**
   * Checks the GHCB's address.
   *
   * @throws IllegalArgumentException if it is 0 or not page aligned
   */
  public SnpConfig {
    ghcb.ifPresent(page -> {
      if (page.value() == 0 || !Page.isAligned(page.value())) {
        throw new IllegalArgumentException("no GHCB can lie at " + page);
      }
    });
  }

  /** Returns a builder that holds the values of this configuration. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /** Collects the knobs. Not thread-safe. */
  public static final class Builder {
    private Optional<Gpa> ghcb;
    private RmpCoverage coverage;
    private GuestFlavour guest;
    private RetryRule retryRule;
    private ImplicitRule implicitRule;

    private Builder(SnpConfig from) {
      ghcb = from.ghcb;
      coverage = from.coverage;
      guest = from.guest;
      retryRule = from.retryRule;
      implicitRule = from.implicitRule;
    }

    /** Sets where in the guest memory guests keep their GHCB; checked by {@link #build}. */
    public Builder ghcb(Gpa value) {
      ghcb = Optional.of(value);
      return this;
    }

    /** Sets which physical pages can become private. */
    public Builder coverage(RmpCoverage value) {
      coverage = value;
      return this;
    }

    /** Sets which guest software asks for conversions. */
    public Builder guest(GuestFlavour value) {
      guest = value;
      return this;
    }

    /** Sets what the VMM does while somebody holds pages. */
    public Builder retryRule(RetryRule value) {
      retryRule = value;
      return this;
    }

    /** Sets what the VMM does about mismatched accesses. */
    public Builder implicitRule(ImplicitRule value) {
      implicitRule = value;
      return this;
    }

    /**
     * Returns the configuration.
     *
     * @throws IllegalArgumentException if no GHCB can lie where it was said to
     */
    public SnpConfig build() {
      return new SnpConfig(ghcb, coverage, guest, retryRule, implicitRule);
    }
  }
}
