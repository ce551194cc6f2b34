package io.github.gmem4j.policy.pkvm;

import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.api.policy.KvmSeat;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.policy.PlatformHost;
import io.github.gmem4j.api.policy.PolicyTraits;
import io.github.gmem4j.api.policy.VmmSeat;

/**
 * The variants as {@link java.util.ServiceLoader} wants them: for each a class with a constructor
 * that takes nothing. Elsewhere use {@link PkvmVariant#policy}.
 */
public final class PkvmVariants {
  private PkvmVariants() {}

  /** A policy that is another one under a class of its own. */
  public sealed interface Standing extends ConversionPolicy {
    /** Returns the variant. */
    PkvmVariant variant();

    @Override
    default PolicyTraits traits() {
      return variant().policy().traits();
    }

    @Override
    default KvmSeat kvm() {
      return variant().policy().kvm();
    }

    @Override
    default VmmSeat vmm() {
      return variant().policy().vmm();
    }

    @Override
    default Platform createPlatform(PlatformHost host) {
      return variant().policy().createPlatform(host);
    }

    @Override
    default GuestKernel guest() {
      return variant().policy().guest();
    }
  }

  /** {@link PkvmVariant#ASK_AGAIN}. */
  public record AskAgain() implements Standing {
    @Override
    public PkvmVariant variant() {
      return PkvmVariant.ASK_AGAIN;
    }
  }

  /** {@link PkvmVariant#ONE_TRY}. */
  public record OneTry() implements Standing {
    @Override
    public PkvmVariant variant() {
      return PkvmVariant.ONE_TRY;
    }
  }

  /** {@link PkvmVariant#RUN_ON}. */
  public record RunOn() implements Standing {
    @Override
    public PkvmVariant variant() {
      return PkvmVariant.RUN_ON;
    }
  }

  /** {@link PkvmVariant#UNMAP_FIRST}. */
  public record UnmapFirst() implements Standing {
    @Override
    public PkvmVariant variant() {
      return PkvmVariant.UNMAP_FIRST;
    }
  }

  /** {@link PkvmVariant#SUCCESS_FIRST}. */
  public record SuccessFirst() implements Standing {
    @Override
    public PkvmVariant variant() {
      return PkvmVariant.SUCCESS_FIRST;
    }
  }

  /** {@link PkvmVariant#PENDING_PRIVATE}. */
  public record PendingPrivate() implements Standing {
    @Override
    public PkvmVariant variant() {
      return PkvmVariant.PENDING_PRIVATE;
    }
  }

  /** {@link PkvmVariant#MAINLINE}. */
  public record Mainline() implements Standing {
    @Override
    public PkvmVariant variant() {
      return PkvmVariant.MAINLINE;
    }
  }

  /** {@link PkvmVariant#ANDROID}. */
  public record Android() implements Standing {
    @Override
    public PkvmVariant variant() {
      return PkvmVariant.ANDROID;
    }
  }
}
