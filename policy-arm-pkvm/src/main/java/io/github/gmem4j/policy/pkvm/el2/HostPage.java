package io.github.gmem4j.policy.pkvm.el2;

import io.github.gmem4j.api.policy.Folio;
import org.jspecify.annotations.Nullable;

/**
 * The hypervisor's record of one physical page. A page without a record is the host's.
 *
 * <p>Source: {@code struct hyp_page}, Linux 7.3 {@code hyp/include/nvhe/memory.h}; the owner is the
 * annotation in the host's stage 2, which the real one only has while the host has no access.
 */
final class HostPage {
  final Folio folio;
  PageState host = PageState.OWNED;
  PageState hyp = PageState.NOPAGE;

  /** How many references the hypervisor holds; it only pins what the host shares with it. */
  int hypPins;

  /** How often the page is lent to ordinary VMs: unsigned 32 bits. */
  int guestShares;

  /** The protected VM the page was donated to. */
  @Nullable GuestPage owner;

  HostPage(Folio folio) {
    this.folio = folio;
  }

  /** Tells whether the host has it as if the hypervisor had never heard of it. */
  boolean isPlain() {
    return host == PageState.OWNED && hyp == PageState.NOPAGE && guestShares == 0 && owner == null;
  }

  @Override
  public String toString() {
    String whose = owner == null ? "" : ", of " + owner;
    return "page 0x%x (host %s, hyp %s%s)".formatted(folio.pfn(), host, hyp, whose);
  }
}
