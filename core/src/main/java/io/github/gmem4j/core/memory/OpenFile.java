package io.github.gmem4j.core.memory;

/**
 * The life of one file, the kernel's {@code struct file}: it is there until its descriptor and the
 * last mapping made through it are gone, and goes once. Changed under the memory's lock held
 * exclusively; whoever acts on an answer holds that lock, shared or exclusive.
 */
final class OpenFile {
  private volatile boolean open = true;
  private volatile boolean gone;
  private int mappings;

  /** Tells whether the descriptor is open. */
  boolean isOpen() {
    return open;
  }

  /** Tells whether nobody has the file any more. */
  boolean isGone() {
    return gone;
  }

  /** Closes the descriptor; tells whether the file goes with it, now. */
  boolean close() {
    boolean last = open && mappings == 0;
    open = false;
    gone |= last;
    return last;
  }

  /** One more mapping. */
  void mapped() {
    mappings++;
  }

  /** One mapping less; tells whether the file goes with it, now. */
  boolean unmapped() {
    mappings--;
    boolean last = !open && mappings == 0;
    gone |= last;
    return last;
  }
}
