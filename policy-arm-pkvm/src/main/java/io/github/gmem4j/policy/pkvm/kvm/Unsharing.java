package io.github.gmem4j.policy.pkvm.kvm;

import io.github.gmem4j.api.policy.Unconverted;

/**
 * When a page that the guest takes back becomes private, and what stands in the way of it. Each
 * value is one of the designs that were proposed; they differ in this and in nothing else.
 *
 * <p>Sources: the answers on "KVM_GMEM_CONVERT_SHARED/PRIVATE ioctls" of 20 and 21 May 2025; "Folio
 * mappability states" of January 2025; Linux 7.3 {@code arch/arm64/kvm/hyp/nvhe}.
 */
public sealed interface Unsharing {
  /**
   * Inside {@code run()}, after the VMM had its turn, and only if nobody in the host holds a page.
   *
   * @param unmapping when the host's page tables lose the pages
   * @param whenHeld what happens if somebody holds a page
   */
  record AtReentry(HostUnmapping unmapping, WhenHeld whenHeld) implements Unsharing {}

  /**
   * With the last reference, whenever that goes: from the call until then the pages are out of
   * everyone's reach. The VMM is told, but not asked.
   */
  record AtLastDrop() implements Unsharing {}

  /**
   * At EL2 while the guest is in its call. The VMM is not told, the host's references are not
   * counted, and one that stays destroys the page at its next use.
   */
  record AtCall() implements Unsharing {}

  /** When the host's page tables lose pages that are to become private. */
  enum HostUnmapping {
    /** With the conversion, when the VMM has stopped whoever used the pages. */
    AT_REENTRY,
    /**
     * Before the exit, too. While the pages are still shared a touch faults them in again, so the
     * conversion unmaps once more.
     */
    BEFORE_EXIT
  }

  /** What happens at re-entry if somebody still holds a page. */
  enum WhenHeld {
    /** The vCPU stays outside: the same exit again. */
    ASK_AGAIN,
    /** The guest is told that it failed. */
    REFUSE,
    /** The guest is told success and loses the pages; a vCPU that touches one leaves, and asks. */
    RUN_ON,
    /** As {@link #RUN_ON}, but the touch shows as a memory fault and the VMM must convert. */
    CLAIM_SUCCESS
  }

  /** What a VMM may think of pages that are still shared although the guest runs again. */
  default Unconverted unconverted() {
    return switch (this) {
      case AtReentry gated when gated.whenHeld() == WhenHeld.RUN_ON -> Unconverted.STILL_COMING;
      case AtReentry gated -> Unconverted.GIVEN_UP;
      case AtLastDrop drop -> Unconverted.STILL_COMING;
      case AtCall call -> Unconverted.GIVEN_UP;
    };
  }
}
