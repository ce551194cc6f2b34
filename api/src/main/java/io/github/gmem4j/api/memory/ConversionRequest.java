package io.github.gmem4j.api.memory;

/**
 * One conversion as the kernel's struct carries it: {@code kvm_memory_attributes2} of generation B.
 *
 * <p>Every field may hold an illegal value; {@link GuestMemory#convert} answers it with the
 * kernel's errno. Immutable, so one request can be used again and again.
 *
 * @param range the bytes of the guest memory to convert
 * @param attributes the wanted attributes: {@link Shareability#ATTRIBUTE_PRIVATE} or 0
 * @param flags must be 0
 * @param reserved the reserved words, or-ed together; must be 0
 */
public record ConversionRequest(ByteRange range, long attributes, long flags, long reserved) {
  /** Returns the request to bring a range into a state. */
  public static ConversionRequest of(ByteRange range, Shareability target) {
    return new ConversionRequest(range, target.attributes(), 0, 0);
  }

  /** Returns the request to make a range private. */
  public static ConversionRequest toPrivate(ByteRange range) {
    return of(range, Shareability.PRIVATE);
  }

  /** Returns the request to make a range shared. */
  public static ConversionRequest toShared(ByteRange range) {
    return of(range, Shareability.SHARED);
  }
}
