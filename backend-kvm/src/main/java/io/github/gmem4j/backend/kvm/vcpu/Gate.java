package io.github.gmem4j.backend.kvm.vcpu;

import io.github.gmem4j.backend.kvm.syscall.Returned;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * What every vCPU of a VM passes on its way into KVM_RUN, and only there: closed, no guest runs. No
 * foreign code runs inside, so that whoever closes it waits for nothing but the kernel.
 * Thread-safe.
 */
public final class Gate {
  /** Shared: inside KVM_RUN. Exclusive: closed. */
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

  /** Creates a gate that is open. */
  public Gate() {}

  /** Enters KVM_RUN, once the gate is open. */
  Returned pass(Supplier<Returned> enter) {
    lock.readLock().lock();
    try {
      return enter.get();
    } finally {
      lock.readLock().unlock();
    }
  }

  /**
   * Does something while no guest runs.
   *
   * @param nudge gets whoever is inside out of KVM_RUN; called again until nobody is
   */
  public <T> T whileClosed(Runnable nudge, Supplier<T> action) {
    boolean interrupted = false;
    while (true) {
      nudge.run();
      try {
        if (lock.writeLock().tryLock(1, TimeUnit.MILLISECONDS)) {
          break;
        }
      } catch (InterruptedException e) {
        // A VM whose guests have no code must not be left behind.
        interrupted = true;
      }
    }
    try {
      return action.get();
    } finally {
      lock.writeLock().unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
