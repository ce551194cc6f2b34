/** The KVM seat: what the kernel above EL2 decides about a protected guest's memory calls. */
package io.github.gmem4j.policy.pkvm.kvm;
