package io.github.gmem4j.policy.tdx.sept;

import io.github.gmem4j.policy.tdx.tdcall.PageSize;

/**
 * Why an accept left the guest: the walk ended at an entry that the host must change first.
 *
 * <p>Source: TDX module 1.5.01, extended exit qualification of an EPT violation.
 *
 * @param requested the size the guest wanted
 * @param failing the level at which the walk ended
 * @param state the state of the entry there
 */
record EptViolation(PageSize requested, PageSize failing, EntryState state) {
  /** Bits 3:0 of the qualification: the exit is due to an accept. */
  public static final int TYPE_ACCEPT = 1;

  private static final int INFO_SHIFT = 32;
  private static final int FAILING_SHIFT = 3;
  private static final int STATE_SHIFT = 6;
  private static final int LEAF_SHIFT = 14;

  /** Returns the extended exit qualification, as RDX holds it. */
  public long qualification() {
    long leaf = state.isLeaf() ? 1L << LEAF_SHIFT : 0;
    long info =
        requested.code()
            | ((long) failing.code() << FAILING_SHIFT)
            | ((long) state.number() << STATE_SHIFT)
            | leaf;
    return TYPE_ACCEPT | (info << INFO_SHIFT);
  }
}
