package io.github.gmem4j.conformance.pkvm.host;

/** All RAM there is: as many new pages as anybody wants, none of them ever used again. */
public final class PhysicalMemory {
  private static final long FIRST_PFN = 0x4_0000;

  private final PhysicalPage zeroPage = new PhysicalPage(FIRST_PFN);
  private long next = FIRST_PFN + 1;

  /** Returns a new page. */
  public PhysicalPage allocate() {
    return new PhysicalPage(next++);
  }

  /** Returns the page that stands for all anonymous pages that were never written. */
  public PhysicalPage zeroPage() {
    return zeroPage;
  }
}
