/**
 * The pKVM policies and their knobs. For hosts that pick one: {@link
 * io.github.gmem4j.policy.pkvm.PkvmVariant} lists the variants, {@link
 * io.github.gmem4j.policy.pkvm.PkvmPolicy} takes one or a {@link
 * io.github.gmem4j.policy.pkvm.PkvmConfig} of your own. Stability: experimental until 1.0.
 */
package io.github.gmem4j.policy.pkvm;
