package io.github.gmem4j.conformance.pkvm.host;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Private anonymous memory: a page is made by the first store, until then it is the zero page.
 *
 * <p>A fork copies pages that are pinned at once, through the kernel's own mapping. The others both
 * processes have until one of them stores; that one gets a new page then, unless the other has let
 * go. Source: Linux 7.3 {@code mm/memory.c}.
 */
final class AnonymousStore implements PageStore {
  private final PhysicalMemory ram;
  private final KernelAccess kernel;
  private final @Nullable PhysicalPage[] pages;

  /** Which pages the relative has, too. */
  private final BitSet shared = new BitSet();

  private @Nullable AnonymousStore relative;

  AnonymousStore(PhysicalMemory ram, KernelAccess kernel, int pages) {
    this.ram = ram;
    this.kernel = kernel;
    this.pages = new PhysicalPage[pages];
  }

  @Override
  public PhysicalPage forLoad(int page) {
    PhysicalPage present = pages[page];
    return present == null ? ram.zeroPage() : present;
  }

  @Override
  public PhysicalPage forStore(int page) {
    PhysicalPage present = pages[page];
    if (present == null) {
      present = ram.allocate();
      pages[page] = present;
    }
    return present;
  }

  @Override
  public boolean unshare(int page) {
    PhysicalPage present = pages[page];
    if (present == null || !shared.get(page)) {
      return false;
    }
    letGo(page);
    PhysicalPage own = ram.allocate();
    kernel.copy(present, own);
    pages[page] = own;
    return true;
  }

  @Override
  public void drop(int page) {
    letGo(page);
    pages[page] = null;
  }

  @Override
  public boolean isCopiedAtFork() {
    return true;
  }

  @Override
  public AnonymousStore fork() {
    AnonymousStore child = new AnonymousStore(ram, kernel, pages.length);
    relative = child;
    child.relative = this;
    for (int i = 0; i < pages.length; i++) {
      PhysicalPage present = pages[i];
      if (present != null && present.isPinned()) {
        kernel.copy(present, child.forStore(i));
      } else if (present != null) {
        child.pages[i] = present;
        child.shared.set(i);
        shared.set(i);
      }
    }
    return child;
  }

  @Override
  public void exit() {
    for (int page = 0; page < pages.length; page++) {
      drop(page);
    }
  }

  /** Whoever remains of the two has the page alone. */
  private void letGo(int page) {
    shared.clear(page);
    if (relative != null) {
      relative.shared.clear(page);
    }
  }
}
