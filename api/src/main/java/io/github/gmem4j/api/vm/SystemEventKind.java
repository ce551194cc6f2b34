package io.github.gmem4j.api.vm;

import java.util.Optional;

/**
 * What befell a whole guest. Source: {@code KVM_SYSTEM_EVENT_*} in Linux 7.3 {@code
 * include/uapi/linux/kvm.h}.
 */
public enum SystemEventKind {
  /** The guest asks to be switched off. */
  SHUTDOWN(1),
  /** The guest asks to be booted anew. */
  RESET(2),
  /** The guest has crashed and says so. */
  CRASH(3),
  /** Something woke a suspended guest. */
  WAKEUP(4),
  /** The guest asks to be suspended. */
  SUSPEND(5),
  /** An encrypted guest has ended itself; the data is its request, one word. */
  TERMINATED(6),
  /** A guest whose firmware guards its registers reports an error that it does not survive. */
  FATAL_ERROR(7);

  private final int number;

  SystemEventKind(int number) {
    this.number = number;
  }

  /** Returns the exit's type field. */
  public int number() {
    return number;
  }

  /** Returns the kind of a number; empty if no kernel is known to use it. */
  public static Optional<SystemEventKind> ofNumber(int number) {
    for (SystemEventKind kind : values()) {
      if (kind.number == number) {
        return Optional.of(kind);
      }
    }
    return Optional.empty();
  }
}
