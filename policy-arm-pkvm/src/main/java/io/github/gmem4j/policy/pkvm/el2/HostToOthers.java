package io.github.gmem4j.policy.pkvm.el2;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.policy.Folio;

/** The host shares pages with the hypervisor itself and with the secure world (FF-A). */
final class HostToOthers {
  private final HostPages pages;

  HostToOthers(HostPages pages) {
    this.pages = pages;
  }

  Transition shareHyp(Folio folio) {
    return change(
        folio,
        PageState.OWNED,
        PageState.NOPAGE,
        PageState.SHARED_OWNED,
        PageState.SHARED_BORROWED);
  }

  Transition unshareHyp(Folio folio) {
    if (isSharedWithHyp(pages.at(folio)) && pages.at(folio).hypPins > 0) {
      return Transition.refused(Errno.EBUSY, "the hypervisor has pinned " + pages.at(folio));
    }
    return change(
        folio,
        PageState.SHARED_OWNED,
        PageState.SHARED_BORROWED,
        PageState.OWNED,
        PageState.NOPAGE);
  }

  Transition donateHyp(Folio folio) {
    return change(folio, PageState.OWNED, PageState.NOPAGE, PageState.NOPAGE, PageState.OWNED);
  }

  Transition hypDonatesHost(Folio folio) {
    return change(folio, PageState.NOPAGE, PageState.OWNED, PageState.OWNED, PageState.NOPAGE);
  }

  Transition pin(Folio folio) {
    HostPage page = pages.at(folio);
    if (!isSharedWithHyp(page)) {
      return notSharedWithHyp(page);
    }
    page.hypPins++;
    return Transition.DONE;
  }

  Transition unpin(Folio folio) {
    HostPage page = pages.at(folio);
    if (page.hypPins == 0) {
      return Transition.refused(Errno.EPERM, "not pinned: " + page);
    }
    page.hypPins--;
    return Transition.DONE;
  }

  Transition shareFfa(Folio folio) {
    return change(
        folio, PageState.OWNED, PageState.NOPAGE, PageState.SHARED_OWNED, PageState.NOPAGE);
  }

  /** Trusts the secure world's own record of what was shared with it: nobody else is asked. */
  Transition unshareFfa(Folio folio) {
    HostPage page = pages.at(folio);
    if (page.host != PageState.SHARED_OWNED) {
      return Transition.refused(Errno.EPERM, "the host does not share " + page);
    }
    page.host = PageState.OWNED;
    pages.update(page);
    return Transition.DONE;
  }

  private Transition change(
      Folio folio, PageState host, PageState hyp, PageState nextHost, PageState nextHyp) {
    HostPage page = pages.at(folio);
    if (page.host != host || page.hyp != hyp) {
      return Transition.refused(
          Errno.EPERM, "needed host %s and hyp %s: %s".formatted(host, hyp, page));
    }
    page.host = nextHost;
    page.hyp = nextHyp;
    pages.update(page);
    return Transition.DONE;
  }

  private static boolean isSharedWithHyp(HostPage page) {
    return page.host == PageState.SHARED_OWNED && page.hyp == PageState.SHARED_BORROWED;
  }

  private static Transition notSharedWithHyp(HostPage page) {
    return Transition.refused(Errno.EPERM, "the host does not share with the hypervisor: " + page);
  }
}
