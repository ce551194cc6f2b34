/** The VMM seat: what a TDX wish is, how long it is tried, what the guest is told. */
package io.github.gmem4j.policy.tdx.vmm;
