package io.github.gmem4j.conformance.pkvm.kvm;

/**
 * A memory slot.
 *
 * @param id its number
 * @param flags how it is used
 * @param firstGfn the guest frame where it begins
 * @param pages how many pages it has
 * @param memory what the guest finds there
 */
record Slot(int id, long flags, long firstGfn, long pages, SlotMemory memory) {
  /** {@code KVM_MEM_LOG_DIRTY_PAGES}. */
  static final long LOG_DIRTY = 1;

  /** {@code KVM_MEM_READONLY}. */
  static final long READ_ONLY = 2;

  boolean contains(long gfn) {
    return gfn >= firstGfn && gfn - firstGfn < pages;
  }

  boolean overlaps(Slot other) {
    return firstGfn < other.firstGfn + other.pages && other.firstGfn < firstGfn + pages;
  }

  boolean isReadOnly() {
    return (flags & READ_ONLY) != 0;
  }
}
