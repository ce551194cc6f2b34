package io.github.gmem4j.backend.kvm.vcpu;

import io.github.gmem4j.backend.kvm.layout.RunStruct;
import io.github.gmem4j.backend.kvm.lifetime.Mapped;
import io.github.gmem4j.backend.kvm.syscall.Returned;
import io.github.gmem4j.backend.kvm.syscall.Syscalls;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * Gets a thread out of KVM_RUN. The flag in {@code kvm_run} catches a thread that is about to
 * enter, the signal one that is inside; a thread that left is sent none, for it may be in a call of
 * its own by then. Thread-safe.
 */
final class Kick {
  private static final byte NOW = 1;

  private final Syscalls syscalls;
  private final Mapped run;
  private final int signal;
  private final AtomicBoolean asked = new AtomicBoolean();

  /** The thread inside; 0: nobody. Guarded by this. */
  private int runner;

  Kick(Syscalls syscalls, Mapped run, int signal) {
    this.syscalls = syscalls;
    this.run = run;
    this.signal = signal;
  }

  /** Asks: the run under way, or the next, ends early. */
  void ask() {
    asked.set(true);
    nudge();
  }

  /** Tells whether somebody asked and no run has ended for it yet. */
  boolean isAsked() {
    return asked.get();
  }

  /** Makes KVM_RUN return without anybody having asked. */
  void nudge() {
    if (run.enter()) {
      try {
        RunStruct.IMMEDIATE_EXIT.set(run.bytes(), NOW);
        signalRunner();
      } finally {
        run.leave();
      }
    }
  }

  private synchronized void signalRunner() {
    if (runner != 0) {
      syscalls.signalThread(runner, signal);
    }
  }

  /**
   * Makes one call of KVM_RUN that can be kicked. Which thread makes it is asked every time: what
   * is called between two of them may move a virtual thread.
   */
  Returned around(Supplier<Returned> enter) {
    entering();
    try {
      return enter.get();
    } finally {
      left();
    }
  }

  private synchronized void entering() {
    runner = syscalls.gettid().asInt();
  }

  private synchronized void left() {
    runner = 0;
  }

  /** Takes the kick, if one was asked for. Others that came in the meantime are the same kick. */
  boolean take(MemorySegment struct) {
    // First the flag, then the question: a kick in between leaves the flag set, never the other
    // way.
    RunStruct.IMMEDIATE_EXIT.set(struct, (byte) 0);
    return asked.getAndSet(false);
  }

  /** Enters KVM_RUN for nothing but the completion of what is open. */
  Returned completeOnly(MemorySegment struct, Supplier<Returned> enter) {
    RunStruct.IMMEDIATE_EXIT.set(struct, NOW);
    Returned returned = enter.get();
    RunStruct.IMMEDIATE_EXIT.set(struct, (byte) 0);
    if (asked.get()) {
      RunStruct.IMMEDIATE_EXIT.set(struct, NOW);
    }
    return returned;
  }
}
