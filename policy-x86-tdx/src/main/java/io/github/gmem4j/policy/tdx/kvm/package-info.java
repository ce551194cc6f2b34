/** The KVM seat: what Linux 7.3 decides about TDG.VP.VMCALL inside {@code KVM_RUN}. */
package io.github.gmem4j.policy.tdx.kvm;
