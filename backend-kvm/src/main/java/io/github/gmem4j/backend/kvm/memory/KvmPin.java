package io.github.gmem4j.backend.kvm.memory;

import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.backend.kvm.lifetime.Counted;
import java.time.Instant;
import java.util.Objects;

/** A reference on a page, known to the ledger until it is released. Thread-safe. */
final class KvmPin implements Pin {
  private final KernelReference reference;
  private final PageIndex page;
  private final ReferenceKind kind;
  private final String holder;
  private final Instant since = Instant.now();
  private final Counted open;

  /** Takes over a reference. */
  KvmPin(
      PinLedger ledger,
      KernelReference reference,
      PageIndex page,
      ReferenceKind kind,
      String holder) {
    this.reference = reference;
    this.page = page;
    this.kind = kind;
    this.holder = holder;
    this.open =
        new Counted(() -> {
          ledger.remove(this);
          reference.close();
        });
  }

  @Override
  public PageIndex page() {
    return page;
  }

  @Override
  public String holder() {
    return holder;
  }

  @Override
  public ReferenceKind kind() {
    return kind;
  }

  @Override
  public Instant since() {
    return since;
  }

  @Override
  public byte load(int inPage) {
    enter(inPage);
    try {
      return reference.load(inPage);
    } finally {
      open.leave();
    }
  }

  @Override
  public void store(int inPage, byte value) {
    enter(inPage);
    try {
      reference.store(inPage, value);
    } finally {
      open.leave();
    }
  }

  private void enter(int inPage) {
    Objects.checkIndex(inPage, Page.BYTES);
    if (!open.enter()) {
      throw new IllegalStateException("the pin of " + holder + " was released");
    }
  }

  @Override
  public void close() {
    open.close();
  }
}
