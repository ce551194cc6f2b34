package io.github.gmem4j.core.vcpu;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The place inside a vCPU, for one thread at a time and once: the kernel's {@code vcpu->mutex}. The
 * kernel lets the second thread wait; here it is told, as it has lost its way.
 */
final class VcpuMutex {
  private final int vcpu;
  private final AtomicReference<@Nullable Thread> inside = new AtomicReference<>();

  VcpuMutex(int vcpu) {
    this.vcpu = vcpu;
  }

  /**
   * Enters.
   *
   * @param what what the thread wants to do inside
   * @throws IllegalStateException if a thread is inside, this one or another; names both
   */
  void enter(String what) {
    Thread me = Thread.currentThread();
    Thread other = inside.compareAndExchange(null, me);
    if (other == me) {
      throw new IllegalStateException(
          me + " cannot " + what + " vCPU " + vcpu + " from within its own run()");
    }
    if (other != null) {
      throw new IllegalStateException(
          me + " cannot " + what + " vCPU " + vcpu + " while " + other + " is inside");
    }
  }

  /** Enters if nobody is inside; tells whether this thread is now. */
  boolean tryEnter() {
    return inside.compareAndSet(null, Thread.currentThread());
  }

  void leave() {
    inside.set(null);
  }
}
