package io.github.gmem4j.api.memory;

/**
 * A mapping of a guest memory into one host process, as {@code mmap(MAP_SHARED)} makes it.
 *
 * <p>The mapping fills its page table lazily: each first touch of a page is a host fault, which is
 * served when the page is shared and answered with SIGBUS when it is private, poisoned or lies past
 * the end of the memory. A conversion to private empties the page table over its range. A
 * page-table entry is not a reference and never blocks a conversion; a {@link Pin} does.
 *
 * <p>Thread-safe. After {@link #close} every access is answered with SIGSEGV. A mapping keeps its
 * memory's pages alive even when the memory is closed.
 */
public interface HostMapping extends AutoCloseable {
  /** Returns the length of the mapping in bytes; it may reach past the end of the memory. */
  ByteCount length();

  /**
   * Loads bytes. What lies past the mapping's end, or would pass 2^64, is answered with SIGSEGV,
   * what lies past the memory's end with SIGBUS; the bytes on pages before it have been loaded. No
   * bytes are loaded from anywhere.
   *
   * @param at offset of the first byte in the mapping
   * @param into filled from its start
   */
  HostAccess load(ByteOffset at, byte[] into);

  /**
   * Stores bytes. See {@link #load}.
   *
   * @param at offset of the first byte in the mapping
   * @param from stored from its start
   */
  HostAccess store(ByteOffset at, byte[] from);

  /**
   * Takes a reference on a page through this mapping, as {@code get_user_pages} does: the page is
   * faulted in first.
   *
   * @param page the page of the mapping
   * @param kind what kind of reference
   * @param accessor who will read and write through it
   * @param holder a name that a blocked conversion will report
   * @return the pin, or EFAULT if the page cannot be touched; over a real kernel also EINVAL for a
   *     {@link ReferenceKind#TRANSIENT} reference, which nobody can take on purpose, and whatever
   *     the holder's own call answers (EMFILE, ENOMEM, ENOSYS)
   */
  KernelResult<Pin> pin(PageIndex page, ReferenceKind kind, Accessor accessor, String holder);

  /**
   * Takes a reference on a page for whoever usually has such a one: a long-term pin is a device's,
   * every other the kernel's own.
   *
   * @see #pin(PageIndex, ReferenceKind, Accessor, String)
   */
  default KernelResult<Pin> pin(PageIndex page, ReferenceKind kind, String holder) {
    return pin(page, kind, kind.usualAccessor(), holder);
  }

  /**
   * Empties the page table over some pages, as {@code MADV_DONTNEED} does. Contents stay; the next
   * touch faults again.
   */
  void drop(PageRange pages);

  /** Tells whether the page table has an entry for a page. */
  boolean isMapped(PageIndex page);

  /** Returns how many host faults this mapping has taken and served. */
  long faults();

  /**
   * Returns a second mapping of the same length with an empty page table, as {@code fork} makes; of
   * a closed mapping, one that is closed.
   */
  HostMapping duplicate();

  /** Unmaps. Closing again has no effect. */
  @Override
  void close();
}
