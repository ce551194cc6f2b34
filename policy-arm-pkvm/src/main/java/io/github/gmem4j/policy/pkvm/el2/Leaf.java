package io.github.gmem4j.policy.pkvm.el2;

import io.github.gmem4j.api.policy.Folio;

/** One frame of a guest's stage 2, if there is anything to say about it. */
sealed interface Leaf {
  /**
   * A page is mapped there.
   *
   * @param folio the page
   * @param state what it is to the guest
   * @param size the size of the mapping it is a part of
   */
  record Mapped(Folio folio, PageState state, LeafSize size) implements Leaf {
    Mapped with(PageState next) {
      return new Mapped(folio, next, size);
    }

    Mapped with(LeafSize next) {
      return new Mapped(folio, state, next);
    }
  }

  /** The host took the page by force. */
  record Poisoned() implements Leaf {}

  /** The one value of {@link Poisoned}. */
  Poisoned POISONED = new Poisoned();
}
