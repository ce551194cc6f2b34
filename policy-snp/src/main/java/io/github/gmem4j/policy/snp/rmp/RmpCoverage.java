package io.github.gmem4j.policy.snp.rmp;

/**
 * The physical pages that have an RMP entry. Any other is the hypervisor's for ever and can only be
 * shared.
 *
 * @param firstPfn the first page
 * @param endPfn one past the last
 */
public record RmpCoverage(long firstPfn, long endPfn) {
  /** All pages there can be. */
  public static final RmpCoverage ALL = new RmpCoverage(0, Long.MAX_VALUE);

  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException if they are negative or out of order
   */
  public RmpCoverage {
    if (firstPfn < 0 || endPfn < firstPfn) {
      throw new IllegalArgumentException("not pages [" + firstPfn + ", " + endPfn + ")");
    }
  }

  /** Tells whether a page has an entry. */
  public boolean covers(long pfn) {
    return pfn >= firstPfn && pfn < endPfn;
  }
}
