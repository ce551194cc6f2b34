package io.github.gmem4j.api.memory;

/**
 * One VM's view of a guest_memfd: the memory that its guest runs on.
 *
 * <p>The memory proper (pages, contents, who may touch what) belongs to the underlying file, the
 * view to one VM. Several VMs may have views of the same memory; a change through one is seen by
 * all. The state of a page survives punch hole, unbinding and the end of the VM; it goes with the
 * memory.
 *
 * <p>Every call answers as the kernel's does, to the errno; calls on a closed view answer EBADF.
 * Thread-safe: conversions of one memory exclude each other and every host fault, state queries
 * take no lock and may be stale the moment they return.
 *
 * <p>Source: Linux {@code virt/kvm/guest_memfd.c}, generations A, B and C; {@code docs/kernel.md}
 * names the differences.
 */
public interface GuestMemory extends AutoCloseable {
  /** Creation flag: the host may map the memory. */
  long MMAP = 1;

  /** Creation flag: all pages begin shared rather than private. */
  long INIT_SHARED = 2;

  /** {@link #fallocate} mode bit: the size stays; required. */
  int KEEP_SIZE = 1;

  /** {@link #fallocate} mode bit: free instead of allocate. */
  int PUNCH_HOLE = 2;

  /** Returns the size in bytes, fixed at creation. */
  ByteCount size();

  /**
   * Brings a range into a state: in place, all or nothing.
   *
   * <p>To private: host mappings go, then every page is checked for references; to shared: the
   * guest loses its mapping first. A range that is there already is left alone. Contents are the
   * platform's business.
   */
  ConversionOutcome convert(ConversionRequest request);

  /**
   * Returns who may touch a page, as last stored.
   *
   * @throws IndexOutOfBoundsException if the page lies past the end
   */
  Shareability shareability(PageIndex page);

  /**
   * Allocates or frees pages, as {@code fallocate(2)} does. The state of the pages does not change.
   *
   * @param mode {@link #KEEP_SIZE}, optionally with {@link #PUNCH_HOLE}; anything else is
   *     EOPNOTSUPP
   * @param range page aligned and not empty, else EINVAL; its end may be 2^63 - 1 at most, else
   *     EFBIG; allocating past the memory's end is EINVAL, punching there has no effect
   */
  KernelResult<ByteRange> fallocate(int mode, ByteRange range);

  /** Allocates pages ahead of their first touch. See {@link #fallocate}. */
  default KernelResult<ByteRange> allocate(ByteRange range) {
    return fallocate(KEEP_SIZE, range);
  }

  /** Frees pages; their next touch finds zeroes. See {@link #fallocate}. */
  default KernelResult<ByteRange> punchHole(ByteRange range) {
    return fallocate(KEEP_SIZE | PUNCH_HOLE, range);
  }

  /** Tries to change the size: always EINVAL, for any size. */
  KernelResult<ByteCount> truncate(ByteCount size);

  /**
   * Maps the memory into the host, shared, from its start.
   *
   * @param length in bytes, rounded up to whole pages; may reach past the end
   * @return the mapping; EINVAL for no bytes, ENOMEM for more than a process has addresses (2^47 -
   *     4096), ENODEV if the memory was created without {@link #MMAP}, in this order
   */
  KernelResult<HostMapping> map(ByteCount length);

  /**
   * Tells whether a page exists and has been touched; false for a page past the end and for one
   * that was only allocated. As {@code mincore(2)} on a mapping.
   */
  boolean isPopulated(PageIndex page);

  /**
   * Marks a page as hit by a hardware memory error: guests and host processes lose their mappings
   * of it. From then on a guest's touch is EHWPOISON, a host process's is SIGBUS, and nobody can
   * take a new reference. References taken before, contents and state stay, until the page is
   * punched out.
   *
   * <p>Source: Linux {@code mm/memory-failure.c} ({@code memory_failure}, {@code
   * hwpoison_user_mappings}), {@code virt/kvm/guest_memfd.c} ({@code kvm_gmem_error_folio}).
   *
   * @return the page, EINVAL past the end, ENOENT if no page exists there, EOPNOTSUPP on a host on
   *     which no errors are made
   */
  KernelResult<PageIndex> poison(PageIndex page);

  /**
   * Closes the view: its VM loses all mappings of this memory and its slots fault with EFAULT.
   * Closing again has no effect.
   */
  @Override
  void close();
}
