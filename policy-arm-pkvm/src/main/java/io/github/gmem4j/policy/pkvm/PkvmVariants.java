package io.github.gmem4j.policy.pkvm;

import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.policy.ForwardingPolicy;

/**
 * The variants as {@link java.util.ServiceLoader} wants them: for each a class with a constructor
 * that takes nothing. Elsewhere use {@link PkvmVariant#policy}.
 */
public final class PkvmVariants {
  private PkvmVariants() {}

  /** {@link PkvmVariant#ASK_AGAIN}. */
  public record AskAgain() implements ForwardingPolicy {
    @Override
    public ConversionPolicy policy() {
      return PkvmVariant.ASK_AGAIN.policy();
    }
  }

  /** {@link PkvmVariant#ONE_TRY}. */
  public record OneTry() implements ForwardingPolicy {
    @Override
    public ConversionPolicy policy() {
      return PkvmVariant.ONE_TRY.policy();
    }
  }

  /** {@link PkvmVariant#RUN_ON}. */
  public record RunOn() implements ForwardingPolicy {
    @Override
    public ConversionPolicy policy() {
      return PkvmVariant.RUN_ON.policy();
    }
  }

  /** {@link PkvmVariant#UNMAP_FIRST}. */
  public record UnmapFirst() implements ForwardingPolicy {
    @Override
    public ConversionPolicy policy() {
      return PkvmVariant.UNMAP_FIRST.policy();
    }
  }

  /** {@link PkvmVariant#SUCCESS_FIRST}. */
  public record SuccessFirst() implements ForwardingPolicy {
    @Override
    public ConversionPolicy policy() {
      return PkvmVariant.SUCCESS_FIRST.policy();
    }
  }

  /** {@link PkvmVariant#PENDING_PRIVATE}. */
  public record PendingPrivate() implements ForwardingPolicy {
    @Override
    public ConversionPolicy policy() {
      return PkvmVariant.PENDING_PRIVATE.policy();
    }
  }

  /** {@link PkvmVariant#MAINLINE}. */
  public record Mainline() implements ForwardingPolicy {
    @Override
    public ConversionPolicy policy() {
      return PkvmVariant.MAINLINE.policy();
    }
  }

  /** {@link PkvmVariant#ANDROID}. */
  public record Android() implements ForwardingPolicy {
    @Override
    public ConversionPolicy policy() {
      return PkvmVariant.ANDROID.policy();
    }
  }
}
