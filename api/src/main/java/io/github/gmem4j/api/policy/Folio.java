package io.github.gmem4j.api.policy;

/**
 * One physical page of guest memory, as a platform sees it. Identity is the object's; a folio never
 * becomes another page.
 */
public interface Folio {
  /** Returns the page frame number, unique among the folios of one host. */
  long pfn();

  /** Fills the page with zeroes. */
  void zero();

  /**
   * Fills the page with bytes.
   *
   * @param bytes exactly one page
   * @throws IllegalArgumentException if it is not one page
   */
  void fill(byte[] bytes);

  /**
   * Replaces the bytes with what a reader without the guest's key sees. The replacement depends on
   * the old bytes and the {@link #pfn} only, so that equal runs stay equal.
   */
  void scramble();
}
