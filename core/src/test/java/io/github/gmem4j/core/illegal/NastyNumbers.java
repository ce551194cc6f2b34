package io.github.gmem4j.core.illegal;

import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.core.World;
import java.math.BigInteger;
import java.util.Random;

/** Numbers that callers get wrong, and exact arithmetic to tell what is wrong with them. */
final class NastyNumbers {
  private static final long SIZE = (long) World.PAGES * Page.BYTES;
  private static final long[] EDGES = {
    0,
    1,
    4095,
    4096,
    4097,
    SIZE - 4096,
    SIZE - 1,
    SIZE,
    SIZE + 1,
    SIZE + 4096,
    1L << 31,
    1L << 43,
    (1L << 43) - 4096,
    1L << 47,
    1L << 52,
    (1L << 52) + 4096,
    Long.MAX_VALUE,
    Long.MAX_VALUE - 4095,
    Long.MIN_VALUE,
    Long.MIN_VALUE + 4096,
    -1,
    -4095,
    -4096,
    -8192,
    -SIZE
  };

  private final Random random;

  NastyNumbers(Random random) {
    this.random = random;
  }

  /** Returns an offset or a size, legal as often as not. */
  long next() {
    return switch (random.nextInt(8)) {
      case 0, 1 -> EDGES[random.nextInt(EDGES.length)];
      case 2 -> random.nextLong();
      case 3 -> random.nextLong() & -4096;
      case 4 -> random.nextLong(SIZE * 2);
      default -> (long) random.nextInt(World.PAGES + 1) * Page.BYTES;
    };
  }

  /** Returns an address near the memory, or any number at all. */
  long address() {
    return random.nextInt(3) == 0 ? next() : World.BASE + next();
  }

  /** Returns flags, mostly none. */
  long flags() {
    return random.nextInt(3) == 0 ? 1L << random.nextInt(64) : 0;
  }

  static boolean isAligned(long... numbers) {
    for (long number : numbers) {
      if (exact(number).mod(BigInteger.valueOf(4096)).signum() != 0) {
        return false;
      }
    }
    return true;
  }

  /** Tells whether a sum of unsigned numbers needs more than 64 bits. */
  static boolean wraps(long start, long size) {
    return sum(start, size).bitLength() > 64;
  }

  /** Tells whether a range is empty or its end does not fit in 64 bits. */
  static boolean isEmptyOrWraps(long start, long size) {
    return size == 0 || wraps(start, size) || sum(start, size).bitLength() == 65;
  }

  /** Tells whether the end of an unsigned range lies past a limit. */
  static boolean endsPast(long start, long size, long limit) {
    return sum(start, size).compareTo(exact(limit)) > 0;
  }

  static boolean exceeds(long number, long limit) {
    return exact(number).compareTo(exact(limit)) > 0;
  }

  private static BigInteger sum(long start, long size) {
    return exact(start).add(exact(size));
  }

  private static BigInteger exact(long unsigned) {
    return new BigInteger(Long.toUnsignedString(unsigned));
  }
}
