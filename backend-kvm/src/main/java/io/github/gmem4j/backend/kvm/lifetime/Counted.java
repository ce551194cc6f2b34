package io.github.gmem4j.backend.kvm.lifetime;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Something that is released once, when it is closed and its last user has left.
 *
 * <p>A closed file descriptor's number is free for the next file: a thread that is still about to
 * use it would reach somebody else's. So whoever uses a thing enters first. Thread-safe.
 */
public final class Counted implements AutoCloseable {
  private final Runnable release;
  private final AtomicInteger holds = new AtomicInteger(1);
  private final AtomicBoolean closed = new AtomicBoolean();

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
    if (closed.get()) {
      return false;
    }
    // Between the look and the step it may have been closed; then only a hold that is left counts.
    return holds.getAndUpdate(n -> n == 0 ? 0 : n + 1) > 0;
  }

  /** Enters once more on behalf of somebody else. Only for those who are inside: they may. */
  public void enterFor() {
    holds.incrementAndGet();
  }

  /** Leaves. */
  public void leave() {
    if (holds.decrementAndGet() == 0) {
      release.run();
    }
  }

  /** Tells whether it is closed, with users inside or not. */
  public boolean isClosed() {
    return closed.get();
  }

  /** Closes. Closing again has no effect. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      leave();
    }
  }
}
