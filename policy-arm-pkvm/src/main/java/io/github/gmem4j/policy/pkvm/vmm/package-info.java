/** The VMM seat: what a pKVM wish is, how long it is tried, what the guest is told. */
package io.github.gmem4j.policy.pkvm.vmm;
