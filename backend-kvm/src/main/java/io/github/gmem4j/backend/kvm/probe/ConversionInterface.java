package io.github.gmem4j.backend.kvm.probe;

import io.github.gmem4j.api.vm.ConversionScope;
import java.util.List;

/** How a kernel converts the memory of one VM type. */
public sealed interface ConversionInterface {
  /** {@code KVM_SET_MEMORY_ATTRIBUTES2} on the guest_memfd: one copy, in place. */
  record InPlace() implements ConversionInterface {}

  /** {@code KVM_SET_MEMORY_ATTRIBUTES} on the VM: private and shared bytes are different pages. */
  record VmAttributes() implements ConversionInterface {}

  /**
   * The kernel cannot convert: what was tried, and how each was answered.
   *
   * @param missing one sentence for each interface, never empty
   */
  record Missing(List<String> missing) implements ConversionInterface {
    /** Copies the list. */
    public Missing {
      missing = List.copyOf(missing);
    }
  }

  /**
   * Returns where the state of a page is kept. A kernel that cannot convert keeps it in the guest
   * memory, which stays as it was created.
   */
  default ConversionScope scope() {
    return this instanceof VmAttributes ? ConversionScope.VM : ConversionScope.GUEST_MEMORY;
  }
}
