/**
 * The TDX policy and its knobs. For hosts that pick a policy: {@link
 * io.github.gmem4j.policy.tdx.TdxPolicy} with a {@link io.github.gmem4j.policy.tdx.TdxConfig}.
 * Stability: experimental until 1.0.
 */
package io.github.gmem4j.policy.tdx;
