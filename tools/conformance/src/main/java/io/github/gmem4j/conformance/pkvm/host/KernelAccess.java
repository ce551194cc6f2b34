package io.github.gmem4j.conformance.pkvm.host;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.policy.pkvm.el2.Transition;

/**
 * The host kernel's own access to pages, through its mapping of all RAM. Where the hypervisor has
 * taken a page from the host, the kernel has it reclaimed by force and goes on.
 *
 * <p>Source: Linux 7.3 {@code arch/arm64/mm/fault.c}.
 */
public final class KernelAccess {
  private final El2 el2;

  /** Creates the access of a kernel above a hypervisor. */
  public KernelAccess(El2 el2) {
    this.el2 = el2;
  }

  /** Loads a byte. */
  public int load(PhysicalPage page, int inPage) {
    reach(page);
    return page.load(inPage);
  }

  /** Stores a byte. */
  public void store(PhysicalPage page, int inPage, int value) {
    reach(page);
    page.store(inPage, value);
  }

  /** Copies a page. */
  void copy(PhysicalPage from, PhysicalPage into) {
    reach(from);
    into.copy(from);
  }

  private void reach(PhysicalPage page) {
    if (el2.hostState(page).isAccessible()) {
      return;
    }
    Transition reclaimed = el2.forceReclaim(page);
    boolean tryAgain =
        reclaimed instanceof Transition.Refused refused && refused.errno() == Errno.EAGAIN;
    if (!(reclaimed.happened() || tryAgain) || !el2.hostState(page).isAccessible()) {
      throw new IllegalStateException("the kernel cannot touch " + page + ": " + reclaimed);
    }
  }
}
