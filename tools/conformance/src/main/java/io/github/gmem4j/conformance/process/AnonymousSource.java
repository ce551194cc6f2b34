package io.github.gmem4j.conformance.process;

import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.ReferenceKind;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Private anonymous memory: a page of its own is made by the first store, until then a page is the
 * zero page; a fork gives the child its own bytes.
 *
 * <p>The child's copy is made at the fork. What cannot be told from the kernel's copy at the first
 * store, but for one case: a page that somebody holds keeps its bytes for the holder, and the
 * process whose store comes first after the fork gets a new page.
 */
public final class AnonymousSource implements PageSource {
  private final Map<Long, HostPage> pages = new HashMap<>();
  private final Set<Long> copyBeforeStore = new HashSet<>();

  /** Creates memory that was never written. */
  public AnonymousSource() {}

  @Override
  public HostAccess load(ByteOffset at, byte[] into) {
    @Nullable HostPage page = pages.get(at.page().value());
    if (page == null) {
      Arrays.fill(into, (byte) 0);
    } else {
      page.load(at.inPage(), into);
    }
    return HostAccess.DONE;
  }

  @Override
  public HostAccess store(ByteOffset at, byte[] from) {
    own(at.page().value()).store(at.inPage(), from);
    return HostAccess.DONE;
  }

  @Override
  public boolean touch(PageIndex page, Touch how) {
    if (how == Touch.WRITE) {
      own(page.value());
    }
    return true;
  }

  @Override
  public Optional<HeldPage> hold(PageIndex page, ReferenceKind kind, String holder) {
    if (kind == ReferenceKind.LONG_TERM) {
      // A long-term pin asks for a page that may be written.
      return Optional.of(own(page.value()).hold(kind));
    }
    // What was never written is the zero page, which stays zero for whoever holds it.
    return Optional.of(pages.getOrDefault(page.value(), new HostPage()).hold(kind));
  }

  @Override
  public void drop(PageRange range) {
    unmap(range);
  }

  @Override
  public Optional<Errno> punch(PageRange range) {
    return Optional.of(Errno.EINVAL);
  }

  @Override
  public void unmap(PageRange range) {
    pages.keySet().removeIf(page -> range.contains(new PageIndex(page)));
    copyBeforeStore.removeIf(page -> range.contains(new PageIndex(page)));
  }

  @Override
  public PageSource fork() {
    AnonymousSource child = new AnonymousSource();
    pages.forEach((index, page) -> {
      child.pages.put(index, page.copy());
      if (!page.isPinned()) {
        copyBeforeStore.add(index);
      }
    });
    return child;
  }

  @Override
  public Touch lockingTouch() {
    return Touch.WRITE;
  }

  @Override
  public void close() {
    pages.clear();
    copyBeforeStore.clear();
  }

  private HostPage own(long index) {
    HostPage page = pages.computeIfAbsent(index, absent -> new HostPage());
    if (copyBeforeStore.remove(index) && page.isHeld()) {
      page = page.copy();
      pages.put(index, page);
    }
    return page;
  }
}
