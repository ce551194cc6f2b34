package io.github.gmem4j.conformance.pkvm.host;

import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.conformance.operation.Backing;
import io.github.gmem4j.conformance.pkvm.operation.Protection;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The host memory as one process has it mapped, addressed from its beginning.
 *
 * <p>Calls on pages answer as the system calls do; an empty answer is success.
 */
public final class ProcessMemory {
  private final PageStore store;

  /** What may be done with each page; null where nothing is mapped. */
  private final @Nullable Protection[] protections;

  private IntConsumer taken = page -> {};

  private ProcessMemory(PageStore store, @Nullable Protection[] protections) {
    this.store = store;
    this.protections = protections;
  }

  /** Returns memory that is mapped all over, readable and writable, and was never written. */
  public static ProcessMemory create(
      Backing backing, int pages, PhysicalMemory ram, KernelAccess kernel) {
    @Nullable Protection[] protections = new Protection[pages];
    Arrays.fill(protections, Protection.RW);
    PageStore store =
        switch (backing) {
          case ANON -> new AnonymousStore(ram, kernel, pages);
          case MEMFD -> new FileStore(ram, pages);
        };
    return new ProcessMemory(store, protections);
  }

  /**
   * Sets who is told of each page that an address loses or that changes its protection: KVM's MMU
   * notifier.
   */
  public void onTaken(IntConsumer notifier) {
    taken = notifier;
  }

  /** Looks a page up for an access, and makes it if it is the first of its kind. */
  public Found find(long page, Touch touch) {
    Protection protection = page >= 0 && page < size() ? protections[(int) page] : null;
    if (protection == null) {
      return new Found.Hole();
    }
    if (!allows(protection, touch)) {
      return new Found.Forbidden();
    }
    return new Found.At(page((int) page, touch));
  }

  private PhysicalPage page(int page, Touch touch) {
    if (touch != Touch.LOAD && store.unshare(page)) {
      taken.accept(page);
    }
    return switch (touch) {
      case LOAD, PINNED_LOAD -> store.forLoad(page);
      case STORE -> store.forStore(page);
    };
  }

  /** Returns the page of the memfd behind an offset; empty past its end or if there is none. */
  public Optional<PhysicalPage> ofFile(ByteOffset at) {
    long page = at.value() >>> Page.SHIFT;
    return store instanceof FileStore file && page < size()
        ? Optional.of(file.forLoad((int) page))
        : Optional.empty();
  }

  /** {@code munmap}. */
  public void unmap(PageRange pages) {
    for (int page = from(pages); page < to(pages); page++) {
      if (protections[page] != null) {
        protections[page] = null;
        store.drop(page);
        taken.accept(page);
      }
    }
  }

  /** {@code mmap} with {@code MAP_FIXED}: whatever was mapped there before is gone. */
  public void remap(PageRange pages) {
    unmap(pages);
    Arrays.fill(protections, from(pages), to(pages), Protection.RW);
  }

  /** {@code mprotect}: works up to the first hole, which is ENOMEM. */
  public Optional<Errno> protect(PageRange pages, Protection protection) {
    for (int page = from(pages); page < to(pages); page++) {
      if (protections[page] == null) {
        return Optional.of(Errno.ENOMEM);
      }
      if (protections[page] != protection) {
        protections[page] = protection;
        taken.accept(page);
      }
    }
    return endsInside(pages) ? Optional.empty() : Optional.of(Errno.ENOMEM);
  }

  /** {@code MADV_DONTNEED}: works on all that is mapped; ENOMEM if there was a hole. */
  public Optional<Errno> drop(PageRange pages) {
    boolean whole = endsInside(pages);
    for (int page = from(pages); page < to(pages); page++) {
      if (protections[page] == null) {
        whole = false;
      } else {
        store.drop(page);
        taken.accept(page);
      }
    }
    return whole ? Optional.empty() : Optional.of(Errno.ENOMEM);
  }

  /** Punches a hole into the memfd, mapped or not. EBADF if there is none. */
  public Optional<Errno> punch(PageRange pages) {
    if (!(store instanceof FileStore file)) {
      return Optional.of(Errno.EBADF);
    }
    for (int page = from(pages); page < to(pages); page++) {
      file.punch(page);
      taken.accept(page);
    }
    return Optional.empty();
  }

  /** Returns the memory of a child that is forked now, with the protections of this moment. */
  public ProcessMemory fork() {
    if (store.isCopiedAtFork()) {
      for (int page = 0; page < size(); page++) {
        taken.accept(page);
      }
    }
    return new ProcessMemory(store.fork(), protections.clone());
  }

  /** The process ends. */
  public void exit() {
    store.exit();
  }

  private int size() {
    return protections.length;
  }

  private static boolean allows(Protection protection, Touch touch) {
    return switch (protection) {
      case NONE -> false;
      case R -> touch != Touch.STORE;
      case RW -> true;
    };
  }

  private int from(PageRange pages) {
    return (int) Math.min(pages.first().value(), size());
  }

  private int to(PageRange pages) {
    return (int) Math.min(pages.endExclusive(), size());
  }

  private boolean endsInside(PageRange pages) {
    return pages.endExclusive() <= size();
  }
}
