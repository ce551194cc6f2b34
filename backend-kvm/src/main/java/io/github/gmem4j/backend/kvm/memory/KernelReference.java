package io.github.gmem4j.backend.kvm.memory;

/** A reference that the kernel holds on one page for us. Used by its {@link KvmPin} only. */
sealed interface KernelReference extends AutoCloseable permits PipeReference, RingReference {
  /** Loads a byte of the page. */
  byte load(int inPage);

  /**
   * Stores a byte of the page.
   *
   * @throws UnsupportedOperationException if what holds the page only reads
   */
  void store(int inPage, byte value);

  /** Lets the page go. */
  @Override
  void close();
}
