package io.github.gmem4j.core.lock;

/**
 * The engine's locks from the outermost to the innermost, the kernel's order: {@code slots_lock},
 * then the inode's {@code invalidate_lock}, then {@code mmu_lock}.
 *
 * <p>{@link #enter} and {@link #leave} are called inside {@code assert}, so that the order costs
 * nothing in production and every test run checks it.
 */
public enum LockLevel {
  /** A VM's memory slots. */
  SLOTS(0),
  /** A guest memory's state and page cache. */
  INVALIDATE(1),
  /** A VM's guest mappings and platform. */
  MMU(2);

  private static final ThreadLocal<int[]> HELD = ThreadLocal.withInitial(() -> new int[1]);

  private final int depth;

  LockLevel(int depth) {
    this.depth = depth;
  }

  /**
   * Notes that this thread takes a lock of this level.
   *
   * @return true
   * @throws AssertionError if the thread holds a lock of this or an inner level
   */
  public boolean enter() {
    int[] held = HELD.get();
    if (held[0] >> depth != 0) {
      throw new AssertionError(
          "lock order: "
              + this
              + " taken while holding levels 0b"
              + Integer.toBinaryString(held[0]));
    }
    held[0] |= 1 << depth;
    return true;
  }

  /**
   * Notes that this thread releases its lock of this level.
   *
   * @return true
   */
  public boolean leave() {
    HELD.get()[0] &= ~(1 << depth);
    return true;
  }

  /** Tells whether this thread holds no lock at all, as it must when it calls foreign code. */
  public static boolean noneHeld() {
    return HELD.get()[0] == 0;
  }
}
