package io.github.gmem4j.backend.kvm.vcpu;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.vm.Exit;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who runs a vCPU, and its end. Whoever ends it from inside some vCPU's {@code run()} waits for
 * nobody: what runs then is released when it leaves. Thread-safe.
 */
final class Running {
  /** Bound in a thread that is inside some vCPU's run(). */
  private static final ScopedValue<Running> INSIDE = ScopedValue.newInstance();

  private final int vcpu;
  private final Runnable nudge;
  private final Runnable told;
  private final Runnable release;
  private final ReentrantLock lock = new ReentrantLock();

  /** What every later run answers; null: it is open. */
  private final AtomicReference<Exit.@Nullable Failed> ended = new AtomicReference<>();

  /** Who is inside; written by who holds {@link #lock}. */
  private volatile @Nullable Thread inside;

  /** Guarded by {@link #lock}. */
  private boolean released;

  /**
   * Creates a vCPU's that nobody runs.
   *
   * @param nudge gets whoever runs out of KVM_RUN
   * @param told called when it is ended, in the thread that ends it, and not again for the same end
   * @param release gives everything back; called once, when it is ended and nobody runs it
   */
  Running(int vcpu, Runnable nudge, Runnable told, Runnable release) {
    this.vcpu = vcpu;
    this.nudge = nudge;
    this.told = told;
    this.release = release;
  }

  /** Returns what every run answers from now on; null while it is open. */
  Exit.@Nullable Failed ended() {
    return ended.get();
  }

  /**
   * Runs.
   *
   * @throws IllegalStateException if it is run already; names the vCPU and the threads
   */
  Exit run(Supplier<Exit> run) {
    enter("run");
    try {
      return ScopedValue.where(INSIDE, this).call(run::get);
    } finally {
      leave();
    }
  }

  /**
   * Does something while nobody runs.
   *
   * @param what what, for the exception
   * @throws IllegalStateException if somebody does; names the vCPU and the threads
   */
  void whileOut(String what, Runnable action) {
    enter(what);
    try {
      action.run();
    } finally {
      leave();
    }
  }

  private void enter(String what) {
    Thread me = Thread.currentThread();
    if (lock.isHeldByCurrentThread()) {
      throw new IllegalStateException(
          me + " cannot " + what + " vCPU " + vcpu + " from within its own run()");
    }
    while (!lock.tryLock()) {
      Thread other = inside;
      if (other != null) {
        throw new IllegalStateException(
            me + " cannot " + what + " vCPU " + vcpu + " while " + other + " is inside");
      }
      // Somebody comes, goes, or gives back a vCPU that has ended: that is no run.
      Thread.onSpinWait();
    }
    inside = me;
  }

  /** Leaves, and releases what was ended meanwhile by somebody who did not wait. */
  private void leave() {
    inside = null;
    lock.unlock();
    if (ended.get() != null) {
      releaseIfOut();
    }
  }

  /** Every later run answers the failure; the one under way is got out, and not waited for. */
  void mark(Exit.Failed with) {
    // EBADF stays: a vCPU closed by itself says so, also when its VM goes later.
    Exit.Failed last =
        ended.getAndUpdate(before -> before == null || with.errno() == Errno.EBADF ? with : before);
    nudge.run();
    if (last == null) {
      told.run();
    }
  }

  /** Ends it, and gives everything back. */
  void end(Exit.Failed with) {
    mark(with);
    if (INSIDE.isBound()) {
      // Two listeners could wait for each other.
      releaseIfOut();
    } else {
      releaseOnceOut();
    }
  }

  /** If somebody is inside, he sees the end when he leaves: he unlocks before he looks. */
  private void releaseIfOut() {
    if (!lock.isHeldByCurrentThread() && lock.tryLock()) {
      release();
    }
  }

  private void releaseOnceOut() {
    boolean interrupted = false;
    while (true) {
      try {
        if (lock.tryLock(1, TimeUnit.MILLISECONDS)) {
          break;
        }
      } catch (InterruptedException e) {
        // Whoever closes must not leave before nobody uses the vCPU.
        interrupted = true;
      }
      nudge.run();
    }
    try {
      release();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Gives everything back, once, and unlocks. */
  private void release() {
    try {
      if (!released) {
        released = true;
        release.run();
      }
    } finally {
      lock.unlock();
    }
  }
}
