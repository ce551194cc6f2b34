package io.github.gmem4j.api.memory;

import java.time.Instant;

/**
 * A reference on one physical page, held by the host: a pipe's, a registered buffer's, an IOMMU's.
 *
 * <p>A pin belongs to the page, not to its index: when the page is punched out of the memory, the
 * pin keeps the old page and the memory gets a new one. While the page is part of its memory the
 * pin blocks its conversion to private. Thread-safe.
 */
public interface Pin extends AutoCloseable {
  /** Returns the index at which the page was pinned. */
  PageIndex page();

  /** Returns the holder's name. */
  String holder();

  /** Returns what kind of reference this is. */
  ReferenceKind kind();

  /** Returns when it was taken. */
  Instant since();

  /**
   * Loads a byte as a device would, past every page table.
   *
   * @param inPage offset in the page, 0 to 4095
   * @throws IllegalStateException if the pin was released
   */
  byte load(int inPage);

  /**
   * Stores a byte as a device would, past every page table.
   *
   * @param inPage offset in the page, 0 to 4095
   * @throws IllegalStateException if the pin was released
   * @throws UnsupportedOperationException if what holds the page only reads, as a pipe does
   */
  void store(int inPage, byte value);

  /** Releases the reference. Releasing again has no effect. */
  @Override
  void close();
}
