package io.github.gmem4j.core.vmm;

import io.github.gmem4j.api.policy.Wish;
import io.github.gmem4j.api.seam.EndableWaiter;
import io.github.gmem4j.api.seam.Waiter;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.KickWatch;
import io.github.gmem4j.api.vm.Reply;
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
  private Optional<Request> parked = Optional.empty();
  private Reply undelivered = Reply.RESUME;
  private Streak streak = Streak.NONE;
  private int staleFaults;
  private int finishedAtStale;
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

  /** Keeps a request whose wait was ended from outside. */
  synchronized void park(Request request) {
    parked = Optional.of(request);
  }

  /** Takes the request that was kept, if there is one. */
  synchronized Optional<Request> unpark() {
    Optional<Request> taken = parked;
    parked = Optional.empty();
    return taken;
  }

  /** Tells whether a request that was kept asks for that. */
  synchronized boolean hasParked(Wish.Convert wish) {
    return parked.filter(request -> request.wish().equals(wish)).isPresent();
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

  /** The vCPU has left for another reason than a fault. */
  void gotOn() {
    staleFaults = 0;
  }

  /**
   * Notes whether a fault was out of date; tells whether it is to be taken for that. A vCPU that
   * has got on since the last one begins anew.
   */
  boolean isStale(boolean stale, int finished, int most) {
    boolean goesOn = finished == finishedAtStale;
    staleFaults = stale ? (goesOn ? staleFaults : 0) + 1 : 0;
    finishedAtStale = finished;
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

  /** The vCPU is run with a reply, which may not reach it. */
  void delivers(Reply reply) {
    undelivered = reply;
  }

  /** Returns the reply to run the vCPU with: the last one, if it may not have reached it. */
  Reply undelivered() {
    return undelivered;
  }

  /** The vCPU has left {@code run()}: a kick that it took there ends no hold any more. */
  void left(Vcpu runner) {
    undelivered = Reply.RESUME;
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

  /** Tells whether a hold must end, or not begin. */
  boolean mustLeave() {
    return closed || kicked || Thread.currentThread().isInterrupted();
  }
}
