package io.github.gmem4j.conformance.operation;

import io.github.gmem4j.api.vm.VmType;

/**
 * Begins a sequence.
 *
 * @param generation the kernel interface
 * @param type what kind of VM
 * @param exitHypercall whether {@code KVM_HC_MAP_GPA_RANGE} leaves {@code run()}
 * @param profile the generator's mix of operations; says nothing about their results
 * @param seed the generator's seed
 */
public record StartVm(
    Generation generation, VmType type, boolean exitHypercall, String profile, long seed)
    implements Operation {}
