/**
 * The host kernel's KVM of a recording of generation P: memory slots, what a guest's fault does,
 * what is charged. Ownership is the hypervisor's, which is asked.
 */
package io.github.gmem4j.conformance.pkvm.kvm;
