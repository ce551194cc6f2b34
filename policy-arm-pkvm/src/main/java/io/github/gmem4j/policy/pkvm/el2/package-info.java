/**
 * The platform beneath KVM: a model of pKVM's hypervisor at EL2, which owns who owns a page. Begin
 * with {@link io.github.gmem4j.policy.pkvm.el2.Hypervisor}. Knows nothing of exits, of memory slots
 * and of the host's page tables. Stability: experimental until 1.0.
 */
package io.github.gmem4j.policy.pkvm.el2;
