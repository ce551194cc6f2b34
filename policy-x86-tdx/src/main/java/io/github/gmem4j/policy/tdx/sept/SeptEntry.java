package io.github.gmem4j.policy.tdx.sept;

/**
 * One secure EPT entry. Immutable: an operation replaces it.
 *
 * @param state its state
 * @param pages what hangs at it, {@link FolioRun#NONE} unless it is a leaf
 * @param blockEpoch the TLB epoch in which it was blocked; without meaning unless it is
 * @param zeroed how many of its pages an interrupted accept has filled with zeroes
 */
record SeptEntry(EntryState state, FolioRun pages, long blockEpoch, int zeroed) {
  static final SeptEntry FREE = new SeptEntry(EntryState.FREE, FolioRun.NONE, 0, 0);

  static final SeptEntry TABLE = new SeptEntry(EntryState.NL_MAPPED, FolioRun.NONE, 0, 0);

  static SeptEntry leaf(EntryState state, FolioRun pages) {
    return new SeptEntry(state, pages, 0, 0);
  }

  /** Returns the entry blocked in an epoch. An accept in progress starts over. */
  SeptEntry blockedIn(long epoch) {
    return new SeptEntry(state.blocked(), pages, epoch, 0);
  }

  SeptEntry unblocked() {
    return new SeptEntry(state.unblocked(), pages, 0, zeroed);
  }

  SeptEntry withZeroed(int count) {
    return new SeptEntry(state, pages, blockEpoch, count);
  }
}
