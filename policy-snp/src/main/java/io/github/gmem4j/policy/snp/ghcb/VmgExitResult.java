package io.github.gmem4j.policy.snp.ghcb;

import io.github.gmem4j.api.guest.GuestResult;

/** What a {@link VmgExit} left behind when the guest goes on. */
public sealed interface VmgExitResult extends GuestResult {
  /**
   * In the MSR.
   *
   * @param msr the GHCB MSR
   */
  record Msr(GhcbMsr msr) implements VmgExitResult {}

  /**
   * In the GHCB page. A hypervisor that cannot reach the page writes nothing: the guest then finds
   * what it wrote itself.
   *
   * @param info SW_EXITINFO1 and 2
   * @param buffer the page state change buffer with the hypervisor's progress in it
   */
  record Event(ExitInfo info, PscBuffer buffer) implements VmgExitResult {}
}
