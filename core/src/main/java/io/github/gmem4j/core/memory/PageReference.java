package io.github.gmem4j.core.memory;

import io.github.gmem4j.api.memory.Accessor;
import io.github.gmem4j.api.memory.Blocker;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.PinAccess;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.policy.HostAttempt;
import io.github.gmem4j.api.policy.HostReach;
import io.github.gmem4j.api.road.RoadEvent;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/** A pin on a physical page. */
final class PageReference implements Pin {
  private final Inode inode;
  private final PhysicalPage physical;
  private final PageIndex page;
  private final ReferenceKind kind;
  private final Accessor accessor;
  private final String holder;
  private final Instant since;
  private final AtomicBoolean released = new AtomicBoolean();

  PageReference(
      Inode inode,
      PhysicalPage physical,
      PageIndex page,
      ReferenceKind kind,
      Accessor accessor,
      String holder,
      Instant since) {
    this.inode = inode;
    this.physical = physical;
    this.page = page;
    this.kind = kind;
    this.accessor = accessor;
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
  public Accessor accessor() {
    return accessor;
  }

  @Override
  public PinAccess read(int inPage) {
    return access(
        inPage,
        HostAttempt.Direction.LOAD,
        reach ->
            reach instanceof HostReach.Unreadable
                ? physical.loadWithoutKey(inPage)
                : physical.load(inPage));
  }

  @Override
  public PinAccess write(int inPage, byte value) {
    return access(
        inPage,
        HostAttempt.Direction.STORE,
        reach -> {
          physical.store(inPage, value);
          return value;
        });
  }

  /**
   * Moves a byte, under the lock: the page does not change hands meanwhile, not even if the pin is
   * released.
   */
  private PinAccess access(
      int inPage, HostAttempt.Direction direction, Function<HostReach, Byte> move) {
    Objects.checkIndex(inPage, Page.BYTES);
    HostAttempt attempt = new HostAttempt(accessor, direction);
    PinAccess access;
    boolean tell;
    HostReach reach = HostReach.EXPOSED;
    long stamp = inode.lockShared();
    try {
      checkHeld();
      // A page that was punched out meanwhile is nobody's but its holder's.
      tell = inode.state().isPrivate(page.value()) && inode.cache().get(page.value()) == physical;
      if (tell) {
        reach = ReachedByHost.ask(inode, physical, attempt);
      }
      access =
          reach instanceof HostReach.Blocked blocked
              ? new PinAccess.Blocked(blocked.reason())
              : new PinAccess.Reached(move.apply(reach));
    } finally {
      inode.unlockShared(stamp);
    }
    if (tell && inode.kernel().isHeard()) {
      inode.kernel().emit(new RoadEvent.PrivatePageReached(page, holder, attempt, reach));
    }
    return access;
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
