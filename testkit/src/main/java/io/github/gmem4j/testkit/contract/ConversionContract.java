package io.github.gmem4j.testkit.contract;

import io.github.gmem4j.testkit.rule.Rule;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What all parts must do together: P8 to P14. */
public interface ConversionContract extends PolicyUnderTest {
  /** Checks P8. */
  @Test
  @DisplayName("P8: an undisturbed guest gets its pages")
  default void p8_anUndisturbedGuestGetsItsPages() {
    Judging.judgeTogether(Rule.P8, this, () -> Stories.roundTrip(this, policy()));
  }

  /** Checks P9. */
  @Test
  @DisplayName("P9: what the guest is told is true")
  default void p9_whatTheGuestIsToldIsTrue() {
    Judging.judgeTogether(
        Rule.P9,
        this,
        () -> {
          Judging.needs(saysDoneOnceDone(), "this policy says done before it is done");
          Stories.roundTrip(this, policy());
        });
  }

  /** Checks P10. */
  @Test
  @DisplayName("P10: a held page does not become private, a private page is not reached")
  default void p10_aHeldPageStaysSharedAndAPrivateOneIsNotReached() {
    Judging.judgeTogether(
        Rule.P10,
        this,
        () -> {
          Stories.roundTrip(this, policy());
          Stories.aHeldPageStaysShared(this);
        });
  }

  /** Checks P11. */
  @Test
  @DisplayName("P11: once the last reference is gone the request is fulfilled")
  default void p11_aReleasedPageIsConverted() {
    Judging.judgeTogether(Rule.P11, this, () -> Stories.aReleasedPageIsConverted(this));
  }

  /** Checks P12. */
  @Test
  @DisplayName("P12: a held page delays only who needs it")
  default void p12_aHeldPageDelaysOnlyWhoNeedsIt() {
    Judging.judgeTogether(Rule.P12, this, () -> Stories.aHeldPageDelaysOnlyWhoNeedsIt(this));
  }

  /** Checks P13. */
  @Test
  @DisplayName("P13: bytes are kept, or private ones stay unread")
  default void p13_bytesAreKeptOrUnread() {
    Judging.judgeTogether(Rule.P13, this, () -> Stories.bytesAreKeptOrUnread(this));
  }

  /** Checks P14. */
  @Test
  @DisplayName("P14: nothing is left at the end")
  default void p14_nothingIsLeft() {
    Judging.judgeTogether(Rule.P14, this, () -> Stories.nothingIsLeft(this));
  }
}
