package io.github.gmem4j.core.vcpu;

import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.Shareability;

/**
 * One load or store of a byte by a guest.
 *
 * @param gpa the address
 * @param as how the guest makes it
 * @param kind what it does
 * @param value what it stores
 */
record Access(long gpa, Shareability as, Kind kind, byte value) {
  /** What an access does. */
  enum Kind {
    TOUCH,
    LOAD,
    STORE
  }

  long gfn() {
    return gpa >>> Page.SHIFT;
  }

  int inPage() {
    return (int) (gpa & Page.OFFSET_MASK);
  }

  boolean isStore() {
    return kind == Kind.STORE;
  }
}
