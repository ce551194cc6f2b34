package io.github.gmem4j.conformance.operation;

import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.vm.GpaRange;

/** A conversion, by either generation's call. */
public sealed interface ConversionOperation extends Operation {
  /** {@code KVM_SET_MEMORY_ATTRIBUTES2} on the descriptor of a guest memory. */
  record OfMemory(int g, ConversionRequest request) implements ConversionOperation {}

  /** {@code KVM_SET_MEMORY_ATTRIBUTES} on the VM. */
  record OfVm(GpaRange range, long attributes, long flags) implements ConversionOperation {}
}
