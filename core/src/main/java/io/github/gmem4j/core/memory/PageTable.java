package io.github.gmem4j.core.memory;

/** The identity of a page table: a host process's, or one of a VM view's two. */
final class PageTable {
  /** Whose page table it is, and which kind of page it may map. */
  enum Owner {
    /** A host process: shared pages only. */
    HOST,
    /** The guest, as shared memory. */
    GUEST_SHARED,
    /** The guest, as private memory. */
    GUEST_PRIVATE
  }

  private final Owner owner;
  private final PageTable[] alone = {this};

  PageTable(Owner owner) {
    this.owner = owner;
  }

  Owner owner() {
    return owner;
  }

  /** Returns the one array that holds only this table, so that the usual case allocates nothing. */
  PageTable[] alone() {
    return alone;
  }
}
