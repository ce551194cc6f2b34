package io.github.gmem4j.core.vmm;

import io.github.gmem4j.api.seam.EndableWaiter;
import io.github.gmem4j.api.seam.Waiter;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.KickWatch;
import io.github.gmem4j.api.vm.Vcpu;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What the coordinator keeps for one vCPU: who answers it, the exit that is still open, and whether
 * something ends a hold. {@link #kick} and {@link #close} come from any thread, the rest from the
 * one that answers.
 */
final class Desk {
  private final int vcpu;
  private @Nullable Thread answering;
  private volatile boolean kicked;
  private volatile boolean closed;
  private Optional<Exit> open = Optional.empty();
  private Streak streak = Streak.NONE;
  private int staleFaults;
  private @Nullable Vcpu watched;
  private KickWatch watch = KickWatch.NONE;

  Desk(int vcpu) {
    this.vcpu = vcpu;
  }

  int vcpu() {
    return vcpu;
  }

  /**
   * A thread begins to answer an exit.
   *
   * @throws IllegalStateException if another is at it, or this one already is
   */
  synchronized void begin(Exit exit) {
    Thread current = Thread.currentThread();
    if (answering != null) {
      throw new IllegalStateException(
          "an exit of vCPU %d is being answered by thread '%s': thread '%s' cannot answer %s"
              .formatted(vcpu, answering.getName(), current.getName(), exit));
    }
    answering = current;
    open = Optional.of(exit);
  }

  /** The exit has got its answer. */
  synchronized void answered() {
    open = Optional.empty();
  }

  /**
   * The thread is done, with or without an answer. A kick has ended the hold by now, or there was
   * none: the vCPU takes it when it runs.
   *
   * @return whether the vCPU was closed meanwhile: then the thread ends what it left
   */
  synchronized boolean end() {
    answering = null;
    kicked = false;
    return closed;
  }

  /** Returns the last exit if it has got no answer yet. */
  synchronized Optional<Exit> open() {
    return open;
  }

  /** Ends the hold, if the vCPU is held. */
  synchronized void kick() {
    kicked = true;
    LockSupport.unpark(answering);
  }

  /** Forgets kicks: what they would have ended has not begun. */
  void forgetKicks() {
    kicked = false;
  }

  /**
   * The vCPU is gone.
   *
   * @return whether nobody is answering it: then the caller ends what is left
   */
  synchronized boolean close() {
    closed = true;
    open = Optional.empty();
    watch.close();
    LockSupport.unpark(answering);
    return answering == null;
  }

  boolean isClosed() {
    return closed;
  }

  Streak streak() {
    return streak;
  }

  void streak(Streak next) {
    streak = next;
  }

  /** Notes whether a fault was out of date; tells whether it is to be taken for that. */
  boolean isStale(boolean stale, int most) {
    staleFaults = stale ? staleFaults + 1 : 0;
    return stale && staleFaults <= most;
  }

  /** From now on a kick of this vCPU ends its hold. */
  synchronized void watch(Vcpu runner) {
    if (!runner.equals(watched)) {
      watch.close();
      watched = runner;
      KickWatch registered = runner.onKick(this::kick);
      // A mock that was not told otherwise answers null.
      watch = registered == null ? KickWatch.NONE : registered;
    }
  }

  /** The vCPU has left {@code run()}: a kick that it took there ends no hold any more. */
  void left(Vcpu runner) {
    kicked = false;
    if (runner.isKicked()) {
      kicked = true;
    }
  }

  /**
   * Holds the vCPU.
   *
   * @return whether it was held as long as it should; if not, something else must be looked at now
   */
  boolean hold(Waiter waiter, Duration pause) {
    if (!mustLeave()) {
      if (waiter instanceof EndableWaiter endable) {
        endable.pause(pause, this::mustLeave);
      } else {
        waiter.pause(pause);
      }
    }
    return !mustLeave();
  }

  private boolean mustLeave() {
    return closed || kicked || Thread.currentThread().isInterrupted();
  }
}
