package io.github.gmem4j.backend.kvm.probe;

import io.github.gmem4j.backend.kvm.syscall.Returned;
import java.util.List;

/**
 * How the two ways to convert were answered, by VMs of one type that were made for the try.
 *
 * @param inPlace {@code KVM_SET_MEMORY_ATTRIBUTES2} on a guest_memfd
 * @param throughVm {@code KVM_SET_MEMORY_ATTRIBUTES} on the VM
 */
public record ConversionTrial(Returned inPlace, Returned throughVm) {
  /** Returns the better way that works, or what is missing. */
  public ConversionInterface chosen() {
    if (!inPlace.failed()) {
      return new ConversionInterface.InPlace();
    }
    if (!throughVm.failed()) {
      return new ConversionInterface.VmAttributes();
    }
    return new ConversionInterface.Missing(
        List.of(
            "KVM_SET_MEMORY_ATTRIBUTES2 on a guest_memfd of this VM type: errno " + inPlace.error(),
            "KVM_SET_MEMORY_ATTRIBUTES on a VM of this type: errno " + throughVm.error()));
  }
}
