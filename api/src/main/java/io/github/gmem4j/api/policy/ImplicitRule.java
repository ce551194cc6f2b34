package io.github.gmem4j.api.policy;

/**
 * What the VMM does when a guest touches a page in a way its state does not allow.
 *
 * @param converts whether the page is converted to match; if not, the VM stops at the first such
 *     access
 * @param limit after how many conversions of the same page by the same vCPU, with no other wish of
 *     that vCPU between them, the VM stops; at least 1
 */
public record ImplicitRule(boolean converts, int limit) {
  /** The limit of {@link #CONVERT}: a guest that goes on like this makes no progress. */
  public static final int DEFAULT_LIMIT = 16;

  /** Convert the page to match. */
  public static final ImplicitRule CONVERT = new ImplicitRule(true, DEFAULT_LIMIT);

  /** Stop the VM. */
  public static final ImplicitRule DENY = new ImplicitRule(false, 1);

  /**
   * Checks the limit.
   *
   * @throws IllegalArgumentException if the limit is below 1
   */
  public ImplicitRule {
    if (limit < 1) {
      throw new IllegalArgumentException("limit must be at least 1: " + limit);
    }
  }
}
