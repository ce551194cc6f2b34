package io.github.gmem4j.policy.pkvm.el2;

import io.github.gmem4j.api.vm.Gfn;

/**
 * Whose a donated page is, and where that VM has it.
 *
 * @param vm the protected VM
 * @param gfn its frame
 */
public record GuestPage(VmHandle vm, Gfn gfn) {
  @Override
  public String toString() {
    return vm + ", " + gfn;
  }
}
