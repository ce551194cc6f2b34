package io.github.gmem4j.core.vmm;

import io.github.gmem4j.api.policy.Settlement;

/** How far a request was brought. */
sealed interface Progress {
  /** It is settled, or the kernel has it. */
  record Settled(Settlement settlement) implements Progress {}

  /**
   * A wait was ended from outside. The request is still in the register, as it was before the try
   * that failed, and goes on from there.
   */
  record Held(Request request) implements Progress {}

  /**
   * A wait for a request that the kernel has was ended from outside: the kernel's question is asked
   * again.
   */
  record HeldWithKernel() implements Progress {}
}
