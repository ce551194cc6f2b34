package io.github.gmem4j.conformance.pkvm.host;

/** What lies behind the mapped pages of one process. */
sealed interface PageStore permits AnonymousStore, FileStore {
  /** Returns the page that a load finds. */
  PhysicalPage forLoad(int page);

  /** Returns the page that a store finds, the process's own after {@link #unshare}. */
  PhysicalPage forStore(int page);

  /**
   * Makes a page the process's own where a forked relative still has the same.
   *
   * @return whether the process has another page there now
   */
  boolean unshare(int page);

  /** The process no longer maps a page. */
  void drop(int page);

  /** Tells whether a forked child gets bytes of its own. */
  boolean isCopiedAtFork();

  /** Returns the store of a child that is forked now. */
  PageStore fork();

  /** The process ends. */
  void exit();
}
