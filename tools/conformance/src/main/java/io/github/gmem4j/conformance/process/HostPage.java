package io.github.gmem4j.conformance.process;

import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.ReferenceKind;

/** One physical page of ordinary host memory, zero when new, and the references on it. */
final class HostPage {
  private final byte[] bytes = new byte[Page.BYTES];
  private int references;
  private int longTermPins;

  /** Returns a new page with the same bytes. */
  HostPage copy() {
    HostPage copy = new HostPage();
    System.arraycopy(bytes, 0, copy.bytes, 0, Page.BYTES);
    return copy;
  }

  void load(int inPage, byte[] into) {
    System.arraycopy(bytes, inPage, into, 0, into.length);
  }

  void store(int inPage, byte[] from) {
    System.arraycopy(from, 0, bytes, inPage, from.length);
  }

  HeldPage hold(ReferenceKind kind) {
    references++;
    if (kind == ReferenceKind.LONG_TERM) {
      longTermPins++;
    }
    return new Held(this, kind);
  }

  boolean isHeld() {
    return references > 0;
  }

  boolean isPinned() {
    return longTermPins > 0;
  }

  private void release(ReferenceKind kind) {
    references--;
    if (kind == ReferenceKind.LONG_TERM) {
      longTermPins--;
    }
  }

  private record Held(HostPage page, ReferenceKind kind) implements HeldPage {
    @Override
    public int firstByte() {
      return page.bytes[0] & 0xff;
    }

    @Override
    public void release() {
      page.release(kind);
    }
  }
}
