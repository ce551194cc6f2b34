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
 * enter, the signal one that is inside. Thread-safe.
 */
final class Kick {
  private static final byte NOW = 1;

  private final Syscalls syscalls;
  private final Mapped run;
  private final int signal;
  private final AtomicBoolean asked = new AtomicBoolean();
  private volatile int runner;

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

  /** Makes KVM_RUN return without anybody having asked. */
  void nudge() {
    if (run.enter()) {
      try {
        RunStruct.IMMEDIATE_EXIT.set(run.bytes(), NOW);
        int thread = runner;
        if (thread != 0) {
          // ESRCH: the thread left KVM_RUN and ended in the meantime, which is as good.
          syscalls.signalThread(thread, signal);
        }
      } finally {
        run.leave();
      }
    }
  }

  /** Tells which thread is about to run. */
  void entering() {
    runner = syscalls.gettid().asInt();
  }

  /** The thread runs no more. */
  void left() {
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
