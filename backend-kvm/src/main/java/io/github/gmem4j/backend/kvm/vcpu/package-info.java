/**
 * The vCPU: the loop around KVM_RUN, the kick, the decoding of exits, and the guest's own code. For
 * VMM authors. Stability: experimental.
 */
package io.github.gmem4j.backend.kvm.vcpu;
