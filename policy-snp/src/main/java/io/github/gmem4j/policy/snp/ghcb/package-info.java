/**
 * What guest and hypervisor write to each other, bit by bit: the GHCB page, its MSR, the buffer of
 * a page state change. For authors of guest programs and tests. Stability: experimental until 1.0.
 */
package io.github.gmem4j.policy.snp.ghcb;
