package io.github.gmem4j.backend.kvm.memory;

import io.github.gmem4j.api.memory.Accessor;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.PinAccess;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.backend.kvm.lifetime.Counted;
import java.time.Instant;
import java.util.Objects;

/** A reference on a page, known to the ledger until it is released. Thread-safe. */
final class KvmPin implements Pin {
  private final KernelReference reference;
  private final PageIndex page;
  private final ReferenceKind kind;
  private final Accessor accessor;
  private final String holder;
  private final Instant since = Instant.now();
  private final Counted open;

  /** Takes over a reference. */
  KvmPin(
      PinLedger ledger,
      KernelReference reference,
      PageIndex page,
      ReferenceKind kind,
      Accessor accessor,
      String holder) {
    this.reference = reference;
    this.page = page;
    this.kind = kind;
    this.accessor = accessor;
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
  public Accessor accessor() {
    return accessor;
  }

  @Override
  public Instant since() {
    return since;
  }

  @Override
  public PinAccess read(int inPage) {
    enter(inPage);
    try {
      return new PinAccess.Reached(reference.load(inPage));
    } finally {
      open.leave();
    }
  }

  @Override
  public PinAccess write(int inPage, byte value) {
    enter(inPage);
    try {
      reference.store(inPage, value);
      return new PinAccess.Reached(value);
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
