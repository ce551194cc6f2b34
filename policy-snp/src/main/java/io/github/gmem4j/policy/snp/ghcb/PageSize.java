package io.github.gmem4j.policy.snp.ghcb;

/** The two sizes of a page state change entry, of an RMP entry and of PVALIDATE. */
public enum PageSize {
  /** One page. */
  KIB_4(1),
  /** 512 pages. */
  MIB_2(512);

  private final int pages;

  PageSize(int pages) {
    this.pages = pages;
  }

  /** Returns how many 4 KiB pages this is. */
  public int pages() {
    return pages;
  }

  /** Returns the bit that stands for it: 0 or 1. */
  public int code() {
    return this == MIB_2 ? 1 : 0;
  }

  /** Returns the size that a bit stands for. */
  public static PageSize ofCode(int bit) {
    return bit == 0 ? KIB_4 : MIB_2;
  }

  /** Tells whether a frame number, guest's or host's, may begin a page of this size. */
  public boolean isAligned(long frame) {
    return frame % pages == 0;
  }
}
