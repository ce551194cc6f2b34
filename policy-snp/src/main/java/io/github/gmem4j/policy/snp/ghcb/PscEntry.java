package io.github.gmem4j.policy.snp.ghcb;

import io.github.gmem4j.api.vm.Gfn;

/**
 * One entry of a page state change buffer, 64 bits.
 *
 * <p>Source: GHCB specification (AMD publication 56421), Linux {@code
 * arch/x86/include/asm/sev-common.h}.
 *
 * @param currentPage bits 11:0, how many pages of the entry are done; the hypervisor writes it
 * @param gfn bits 51:12, the first frame, below 2^40
 * @param operation bits 55:52
 * @param size bit 56
 * @param reserved bits 63:57, should be 0
 */
public record PscEntry(
    int currentPage, Gfn gfn, PscOperation operation, PageSize size, int reserved) {
  /** Size of an entry. */
  public static final int BYTES = 8;

  /** Number of frame numbers that fit. */
  public static final long GFN_LIMIT = 1L << 40;

  /** What stands in a buffer that nobody wrote to. */
  public static final PscEntry ZERO = decode(0);

  private static final int MAX_CURRENT_PAGE = 0xFFF;
  private static final int MAX_RESERVED = 0x7F;
  private static final int GFN_SHIFT = 12;
  private static final int OPERATION_SHIFT = 52;
  private static final int SIZE_SHIFT = 56;
  private static final int RESERVED_SHIFT = 57;

  /**
   * Checks that every field fits its bits.
   *
   * @throws IllegalArgumentException if one does not
   */
  public PscEntry {
    if (currentPage < 0 || currentPage > MAX_CURRENT_PAGE) {
      throw new IllegalArgumentException("cur_page has 12 bits: " + currentPage);
    }
    if (gfn.value() >= GFN_LIMIT) {
      throw new IllegalArgumentException("an entry has room for 40 bits of a frame: " + gfn);
    }
    if (reserved < 0 || reserved > MAX_RESERVED) {
      throw new IllegalArgumentException("7 bits are reserved: " + reserved);
    }
  }

  /** Returns the entry of a guest that asks for something new. */
  public static PscEntry of(PscOperation operation, PageSize size, long gfn) {
    return new PscEntry(0, new Gfn(gfn), operation, size, 0);
  }

  /** Reads an entry. */
  public static PscEntry decode(long bits) {
    return new PscEntry(
        (int) bits & MAX_CURRENT_PAGE,
        new Gfn(bits >>> GFN_SHIFT & GFN_LIMIT - 1),
        new PscOperation((int) (bits >>> OPERATION_SHIFT) & PscOperation.MAX_CODE),
        PageSize.ofCode((int) (bits >>> SIZE_SHIFT) & 1),
        (int) (bits >>> RESERVED_SHIFT));
  }

  /** Returns the 64 bits. */
  public long encode() {
    return (long) reserved << RESERVED_SHIFT
        | (long) size.code() << SIZE_SHIFT
        | (long) operation.code() << OPERATION_SHIFT
        | gfn.value() << GFN_SHIFT
        | currentPage;
  }

  /** Returns the entry with a number of pages done. */
  public PscEntry withCurrentPage(int pages) {
    return new PscEntry(pages, gfn, operation, size, reserved);
  }

  /** Returns the entry with all of its pages done. */
  public PscEntry completed() {
    return withCurrentPage(size.pages());
  }

  /** Tells whether all pages are done. */
  public boolean isDone() {
    return currentPage == size.pages();
  }

  /** Tells whether {@code cur_page} is within the entry and the frame fits the size. */
  public boolean isValid() {
    return currentPage <= size.pages() && size.isAligned(gfn.value());
  }
}
