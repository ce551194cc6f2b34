package io.github.gmem4j.testkit.contract;

import io.github.gmem4j.testkit.rule.Rule;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What the platform must do by itself: F1 to F7. */
public interface PlatformContract extends PolicyUnderTest {
  /** Checks F1. */
  @Test
  @DisplayName("F1: a page that nothing stands against is granted")
  default void f1_aFreshPageIsGranted() {
    Judging.judge(Rule.F1, () -> PlatformChecks.aFreshPageIsGranted(this));
  }

  /** Checks F2. */
  @Test
  @DisplayName("F2: taking pages back cannot fail")
  default void f2_takingBackCannotFail() {
    Judging.judge(Rule.F2, () -> PlatformChecks.takingBackCannotFail(this));
  }

  /** Checks F3. */
  @Test
  @DisplayName("F3: a folio is private to one frame")
  default void f3_aFolioIsPrivateToOneFrame() {
    Judging.judge(Rule.F3, () -> PlatformChecks.aFolioIsPrivateToOneFrame(this));
  }

  /** Checks F4. */
  @Test
  @DisplayName("F4: a granted page is granted again")
  default void f4_aGrantedPageIsGrantedAgain() {
    Judging.judge(Rule.F4, () -> PlatformChecks.aGrantedPageIsGrantedAgain(this));
  }

  /** Checks F5. */
  @Test
  @DisplayName("F5: taking back what is not there has no effect")
  default void f5_takingBackNothingHasNoEffect() {
    Judging.judge(Rule.F5, () -> PlatformChecks.takingBackNothingHasNoEffect(this));
  }

  /** Checks F6. */
  @Test
  @DisplayName("F6: access decides and changes nothing")
  default void f6_accessChangesNothing() {
    Judging.judge(Rule.F6, () -> PlatformChecks.accessChangesNothing(this));
  }

  /** Checks F7. */
  @Test
  @DisplayName("F7: unknown instructions are excepted, unknown calls passed on")
  default void f7_theUnknownIsExceptedOrPassedOn() {
    Judging.judge(Rule.F7, () -> PlatformChecks.theUnknownIsExceptedOrPassedOn(this));
  }
}
