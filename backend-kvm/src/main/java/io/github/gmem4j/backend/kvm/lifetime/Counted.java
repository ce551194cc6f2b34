package io.github.gmem4j.backend.kvm.lifetime;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * Something that is released once, when it is closed and its last user has left.
 *
 * <p>A closed file descriptor's number is free for the next file: a thread that is still about to
 * use it would reach somebody else's. So whoever uses a thing enters first. Thread-safe.
 */
public final class Counted implements AutoCloseable {
  private static final AtomicIntegerFieldUpdater<Counted> STATE =
      AtomicIntegerFieldUpdater.newUpdater(Counted.class, "state");

  /** The lowest bit of the state. */
  private static final int CLOSED = 1;

  /** One hold; the owner has one until it closes. */
  private static final int HOLD = 2;

  private final Runnable release;

  /** One word for both, since calls shorter than a microsecond enter and leave. */
  private volatile int state = HOLD;

  /**
   * Creates a thing that is open.
   *
   * @param release called once, by the last that leaves or closes
   */
  public Counted(Runnable release) {
    this.release = release;
  }

  /** Enters, unless it is closed. Every success needs one {@link #leave}. */
  public boolean enter() {
    while (true) {
      int seen = state;
      if ((seen & CLOSED) != 0) {
        return false;
      }
      if (STATE.compareAndSet(this, seen, seen + HOLD)) {
        return true;
      }
    }
  }

  /** Enters once more on behalf of somebody else. Only for those who are inside: they may. */
  public void enterFor() {
    STATE.addAndGet(this, HOLD);
  }

  /** Leaves. */
  public void leave() {
    if (STATE.addAndGet(this, -HOLD) == CLOSED) {
      release.run();
    }
  }

  /** Tells whether it is closed, with users inside or not. */
  public boolean isClosed() {
    return (state & CLOSED) != 0;
  }

  /** Closes. Closing again has no effect. */
  @Override
  public void close() {
    if ((STATE.getAndUpdate(this, seen -> seen | CLOSED) & CLOSED) == 0) {
      leave();
    }
  }
}
