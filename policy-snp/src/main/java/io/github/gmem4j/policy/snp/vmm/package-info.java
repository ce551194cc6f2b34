/** The VMM seat: what an SNP wish is, how long it is tried, what the guest is told. */
package io.github.gmem4j.policy.snp.vmm;
