/**
 * Inside {@code run()}: executing the guest's program, asking the policy's KVM seat, serving guest
 * faults.
 */
package io.github.gmem4j.core.vcpu;
