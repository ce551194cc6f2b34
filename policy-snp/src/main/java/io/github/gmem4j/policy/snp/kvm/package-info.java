/** The KVM seat: what Linux 7.3 decides about VMGEXIT inside {@code KVM_RUN}. */
package io.github.gmem4j.policy.snp.kvm;
