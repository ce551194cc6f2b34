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

  /** Returns who reads and writes through it. */
  Accessor accessor();

  /**
   * Loads a byte, past user space's page tables.
   *
   * <p>If the page became private although it is referenced, the platform decides what the access
   * reaches; that depends on the {@link #accessor}. Beside {@link #close}, an access is over before
   * the pin is released, or it finds the pin released.
   *
   * @param inPage offset in the page, 0 to 4095
   * @throws IndexOutOfBoundsException if the offset does not lie in the page
   * @throws IllegalStateException if the pin was released
   */
  PinAccess read(int inPage);

  /**
   * Stores a byte. See {@link #read}.
   *
   * @param inPage offset in the page, 0 to 4095
   * @throws IndexOutOfBoundsException if the offset does not lie in the page
   * @throws IllegalStateException if the pin was released
   * @throws UnsupportedOperationException if what holds the page only reads, as a pipe does
   */
  PinAccess write(int inPage, byte value);

  /**
   * Loads a byte that nothing keeps from the holder.
   *
   * @param inPage offset in the page, 0 to 4095
   * @throws IndexOutOfBoundsException if the offset does not lie in the page
   * @throws IllegalStateException if the pin was released, or the access is blocked
   */
  default byte load(int inPage) {
    return reached(read(inPage));
  }

  /**
   * Stores a byte where nothing keeps the holder from it.
   *
   * @param inPage offset in the page, 0 to 4095
   * @throws IndexOutOfBoundsException if the offset does not lie in the page
   * @throws IllegalStateException if the pin was released, or the access is blocked
   * @throws UnsupportedOperationException if what holds the page only reads, as a pipe does
   */
  default void store(int inPage, byte value) {
    reached(write(inPage, value));
  }

  private byte reached(PinAccess access) {
    return switch (access) {
      case PinAccess.Reached done -> done.value();
      case PinAccess.Blocked blocked ->
          throw new IllegalStateException(holder() + " on " + page() + ": " + blocked.reason());
    };
  }

  /** Releases the reference. Releasing again has no effect. */
  @Override
  void close();
}
