package io.github.gmem4j.core;

/** Unsigned numbers as tables of arguments show them. */
public final class Hex {
  private Hex() {}

  /** Reads an unsigned number of up to 64 bits: decimal, or hexadecimal after {@code 0x}. */
  public static long of(String number) {
    return number.startsWith("0x")
        ? Long.parseUnsignedLong(number.substring(2), 16)
        : Long.parseUnsignedLong(number);
  }
}
