package io.github.gmem4j.core.lock;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The lock order, outer to inner: slots, invalidation, MMU. */
class LockLevelTest {
  private final List<LockLevel> held = new ArrayList<>();

  @AfterEach
  void release() {
    held.reversed().forEach(LockLevel::leave);
  }

  @Test
  void locksMayBeTakenFromTheOutermostToTheInnermost() {
    for (LockLevel level : LockLevel.values()) {
      assertTrue(enter(level));
    }
  }

  @Test
  void levelsMayBeLeftOut() {
    assertTrue(enter(LockLevel.SLOTS));
    assertTrue(enter(LockLevel.MMU));
  }

  @Test
  void outerLockCannotBeTakenUnderAnInnerOne() {
    enter(LockLevel.MMU);

    assertThrows(AssertionError.class, LockLevel.INVALIDATE::enter);
    assertThrows(AssertionError.class, LockLevel.SLOTS::enter);
  }

  @Test
  void lockOfTheSameLevelCannotBeTakenTwice() {
    enter(LockLevel.INVALIDATE);

    AssertionError error = assertThrows(AssertionError.class, LockLevel.INVALIDATE::enter);

    assertEquals("lock order: INVALIDATE taken while holding levels 0b10", error.getMessage());
  }

  @Test
  void levelCanBeTakenAgainOnceItWasLeft() {
    LockLevel.INVALIDATE.enter();
    assertTrue(LockLevel.INVALIDATE.leave());

    assertTrue(LockLevel.noneHeld());
    assertTrue(enter(LockLevel.SLOTS));
    assertFalse(LockLevel.noneHeld());
  }

  @Test
  void otherThreadsLocksDoNotCount() throws InterruptedException {
    enter(LockLevel.MMU);
    List<Boolean> elsewhere = new ArrayList<>();
    Thread thread = new Thread(() -> elsewhere.add(LockLevel.noneHeld()));
    thread.start();
    thread.join();

    assertEquals(List.of(true), elsewhere);
  }

  private boolean enter(LockLevel level) {
    boolean entered = level.enter();
    held.add(level);
    return entered;
  }
}
