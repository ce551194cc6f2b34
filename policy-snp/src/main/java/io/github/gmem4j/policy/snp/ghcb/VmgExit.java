package io.github.gmem4j.policy.snp.ghcb;

import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.vm.Gpa;

/** VMGEXIT: a guest leaves for its hypervisor. */
public sealed interface VmgExit extends GuestCall {
  /**
   * With a request in the MSR.
   *
   * @param msr the GHCB MSR
   */
  record Msr(GhcbMsr msr) implements VmgExit {}

  /**
   * With an event in the GHCB page.
   *
   * @param ghcb what stands in the page
   * @param registered the page that this vCPU has registered as its GHCB. KVM remembers it; here it
   *     comes with the call
   */
  record Event(Ghcb ghcb, Gpa registered) implements VmgExit {
    /** An event in the registered page. */
    public Event(Ghcb ghcb) {
      this(ghcb, ghcb.gpa());
    }
  }
}
