package io.github.gmem4j.conformance.process;

import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.PageRange;
import java.util.Optional;

/**
 * The addresses that one host mapping was given; offsets and pages are the area's.
 *
 * <p>Calls on pages answer as the system calls do; an empty answer is success.
 */
public interface Area {
  /** Loads bytes that lie on one page. */
  HostAccess load(ByteOffset at, byte[] into);

  /** Stores bytes that lie on one page. */
  HostAccess store(ByteOffset at, byte[] from);

  /** {@code munmap}. */
  Optional<Errno> unmap(PageRange pages);

  /** {@code mmap} with {@code MAP_FIXED}: whatever was mapped there before is gone. */
  Optional<Errno> remap(PageRange pages);

  /** {@code MADV_DONTNEED}: works up to the first locked page; goes on after a hole. */
  Optional<Errno> drop(PageRange pages);

  /** {@code MADV_REMOVE}: works up to the first locked page; goes on after a hole. */
  Optional<Errno> punch(PageRange pages);

  /** {@code MADV_POPULATE_READ} and {@code WRITE}: EFAULT where a touch fails, ENOMEM at a hole. */
  Optional<Errno> populate(PageRange pages, Touch how);

  /** {@code mlock}: marks up to the first hole, then populates; every failure is ENOMEM. */
  Optional<Errno> lock(PageRange pages);

  /** {@code munlock}: works up to the first hole. */
  Optional<Errno> unlock(PageRange pages);

  /** Lets a new pipe refer to pages in order, up to the first that cannot be touched. */
  KernelResult<HeldPages> splice(PageRange pages, String holder);

  /** Makes pages a registered buffer: all of them, or EFAULT. */
  KernelResult<HeldPages> register(PageRange pages, String holder);

  /** Tells whether there is a mapping at a page, whatever lies behind it. */
  boolean isMapped(PageIndex page);

  /** Unmaps everything for good. */
  void close();
}
