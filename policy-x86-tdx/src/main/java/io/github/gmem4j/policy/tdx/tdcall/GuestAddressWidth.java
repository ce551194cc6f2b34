package io.github.gmem4j.policy.tdx.tdcall;

import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Gpa;

/**
 * How wide guest physical addresses are (GPAW). The topmost bit is the SHARED bit: it says how the
 * guest makes an access and is no part of the address.
 *
 * <p>Source: TDX module 1.5.01, {@code CONFIG_FLAGS.GPAW}.
 */
public enum GuestAddressWidth {
  /** 48 bits, SHARED is bit 47, four S-EPT levels. */
  BITS_48(48),
  /** 52 bits, SHARED is bit 51, five S-EPT levels. */
  BITS_52(52);

  private final int bits;

  GuestAddressWidth(int bits) {
    this.bits = bits;
  }

  /**
   * Returns the width of so many bits.
   *
   * @throws IllegalArgumentException if it is neither 48 nor 52, which KVM answers with EINVAL
   */
  public static GuestAddressWidth ofBits(int bits) {
    return switch (bits) {
      case 48 -> BITS_48;
      case 52 -> BITS_52;
      default -> throw new IllegalArgumentException("GPAW must be 48 or 52: " + bits);
    };
  }

  /** Returns the number of bits, the SHARED bit included. */
  public int bits() {
    return bits;
  }

  /** Returns the SHARED bit. */
  public long sharedBit() {
    return 1L << (bits - 1);
  }

  /** Tells what the SHARED bit of a guest's address says. */
  public Shareability direction(long address) {
    return (address & sharedBit()) == 0 ? Shareability.PRIVATE : Shareability.SHARED;
  }

  /** Returns an address without its SHARED bit. */
  public Gpa strip(long address) {
    return new Gpa(address & ~sharedBit());
  }

  /** Returns an address as a guest writes it to ask for a state. */
  public long tag(Gpa gpa, Shareability direction) {
    return switch (direction) {
      case PRIVATE -> gpa.value();
      case SHARED -> gpa.value() | sharedBit();
    };
  }
}
