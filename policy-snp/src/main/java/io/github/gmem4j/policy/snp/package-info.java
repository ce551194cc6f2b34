/**
 * The SEV-SNP policy and its knobs. For hosts that pick a policy: {@link
 * io.github.gmem4j.policy.snp.SnpPolicy} with a {@link io.github.gmem4j.policy.snp.SnpConfig}.
 * Stability: experimental until 1.0.
 */
package io.github.gmem4j.policy.snp;
