package io.github.gmem4j.testkit.contract;

import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.testkit.world.GuestWorld;
import java.time.Duration;

/**
 * The policy to test and what it claims to be capable of. One method must be implemented. Each of
 * the others has the answer that most policies give; another answer takes rules away, and their
 * tests are skipped with that reason.
 */
public interface PolicyUnderTest {
  /** Returns the policy: the same one or a new one at each call. */
  ConversionPolicy policy();

  /** Tells whether a guest asks with a call before it uses memory in another state. */
  default boolean requestsExplicitly() {
    return true;
  }

  /**
   * Tells whether a page that the host holds stays shared. Not so where a hypervisor beneath the
   * kernel gives pages away without looking at references.
   */
  default boolean gatesOnReferences() {
    return true;
  }

  /**
   * Tells whether "done" is said only of what is done. Not so where the guest is told success first
   * and the conversion follows.
   */
  default boolean saysDoneOnceDone() {
    return true;
  }

  /**
   * Tells whether firmware or hardware keeps books of who owns a page. Not so for private memory
   * without anything behind it.
   */
  default boolean ownsPages() {
    return true;
  }

  /**
   * Tells whether the bytes of a page survive its conversions. Where they do not, what the guest
   * wrote while a page was private must stay unread.
   */
  default boolean preservesContents() {
    return false;
  }

  /** Tells whether the guest's kernel gives up when it is refused again and again. */
  default boolean guestGivesUp() {
    return true;
  }

  /**
   * Returns how long a vCPU may be held for one wish at most: 20 s, after which a Linux guest's
   * soft-lockup detector would speak.
   */
  default Duration longestHold() {
    return Duration.ofSeconds(20);
  }

  /** Returns into how many pages a guest's request may reach: more than one exit covers. */
  default int pagesOfLongRequest() {
    return 1024;
  }

  /**
   * Brings a fresh VM to where its guest kernel runs and owns its memory, in the state it has: the
   * launch, the first accepts. By default nothing is to be done.
   */
  default void boot(GuestWorld world) {}
}
