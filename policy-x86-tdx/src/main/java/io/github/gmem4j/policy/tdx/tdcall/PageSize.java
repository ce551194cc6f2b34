package io.github.gmem4j.policy.tdx.tdcall;

import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.vm.Gpa;
import java.util.Optional;

/**
 * The sizes of a private page, which are also the S-EPT levels at which a leaf may lie.
 *
 * <p>Source: TDX module 1.5.01, GPA and level operand.
 */
public enum PageSize {
  /** 4 KiB, level 0. */
  KIB_4(0, 1),
  /** 2 MiB, level 1. */
  MIB_2(1, 512),
  /** 1 GiB, level 2: a leaf only after a promotion. */
  GIB_1(2, 512 * 512);

  private final int code;
  private final int pages;

  PageSize(int code, int pages) {
    this.code = code;
    this.pages = pages;
  }

  /** Returns the code in bits 2:0 of a GPA operand. */
  public int code() {
    return code;
  }

  /** Returns how many 4 KiB pages it has. */
  public int pages() {
    return pages;
  }

  /** Returns its size in bytes. */
  public long bytes() {
    return (long) pages << Page.SHIFT;
  }

  /** Returns the next smaller size, empty below 4 KiB. */
  public Optional<PageSize> smaller() {
    return switch (this) {
      case KIB_4 -> Optional.empty();
      case MIB_2 -> Optional.of(KIB_4);
      case GIB_1 -> Optional.of(MIB_2);
    };
  }

  /** Tells whether an address is a multiple of this size. */
  public boolean isAligned(Gpa gpa) {
    return (gpa.value() & (bytes() - 1)) == 0;
  }
}
