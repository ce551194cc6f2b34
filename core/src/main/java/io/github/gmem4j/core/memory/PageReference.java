package io.github.gmem4j.core.memory;

import io.github.gmem4j.api.memory.Blocker;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;

/** A pin on a physical page. */
final class PageReference implements Pin {
  private final Inode inode;
  private final PhysicalPage physical;
  private final PageIndex page;
  private final ReferenceKind kind;
  private final String holder;
  private final Instant since;
  private final AtomicBoolean released = new AtomicBoolean();

  PageReference(
      Inode inode,
      PhysicalPage physical,
      PageIndex page,
      ReferenceKind kind,
      String holder,
      Instant since) {
    this.inode = inode;
    this.physical = physical;
    this.page = page;
    this.kind = kind;
    this.holder = holder;
    this.since = since;
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

  Blocker asBlocker() {
    return new Blocker(page, holder, kind, since);
  }

  @Override
  public byte load(int inPage) {
    reach();
    return physical.load(inPage);
  }

  @Override
  public void store(int inPage, byte value) {
    reach();
    physical.store(inPage, value);
  }

  /** A page that became private although it is referenced: the platform learns of the access. */
  private void reach() {
    checkHeld();
    if (inode.state().isPrivate(page.value())) {
      ReachedByHost.tell(inode, page.value(), physical);
    }
  }

  private void checkHeld() {
    if (released.get()) {
      throw new IllegalStateException("released: pin of " + holder + " on " + page);
    }
  }

  @Override
  public void close() {
    if (!released.getAndSet(true)) {
      physical.dropReference(this);
      if (inode.withheld().isFromEveryone(page.value())) {
        Withholding.afterDrop(inode, page.value());
      }
    }
  }
}
