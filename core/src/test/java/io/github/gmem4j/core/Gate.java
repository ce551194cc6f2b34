package io.github.gmem4j.core;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Holds the first thread that comes by, in a seam of the engine, until the test lets it go. */
public final class Gate {
  private static final long HANGS_AFTER_SECONDS = 60;

  private final CountDownLatch arrived = new CountDownLatch(1);
  private final CountDownLatch opened = new CountDownLatch(1);

  /** Creates a gate that is closed. */
  public Gate() {}

  /** Comes by. Only the first thread waits. */
  public void pass() {
    if (arrived.getCount() != 0) {
      arrived.countDown();
      await(opened, "the gate was never opened");
    }
  }

  /** Waits until a thread is held. */
  public void awaitArrival() {
    await(arrived, "nobody came to the gate");
  }

  /** Lets the thread go. */
  public void open() {
    opened.countDown();
  }

  private static void await(CountDownLatch latch, String otherwise) {
    try {
      if (!latch.await(HANGS_AFTER_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError(otherwise);
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
