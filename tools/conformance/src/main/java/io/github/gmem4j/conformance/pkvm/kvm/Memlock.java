package io.github.gmem4j.conformance.pkvm.kvm;

import java.util.OptionalLong;

/** {@code RLIMIT_MEMLOCK} of the process, which each donated page is charged against. */
public final class Memlock {
  private final OptionalLong limit;
  private long charged;

  /**
   * Creates the limit with nothing charged.
   *
   * @param limit how many pages may be locked; empty if all
   */
  public Memlock(OptionalLong limit) {
    this.limit = limit;
  }

  /** Tells whether one more page may be locked. */
  boolean hasRoom() {
    return limit.isEmpty() || charged < limit.getAsLong();
  }

  void charge() {
    charged++;
  }

  void giveBack(long pages) {
    charged -= pages;
  }
}
