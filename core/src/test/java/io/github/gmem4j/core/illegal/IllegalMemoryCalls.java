package io.github.gmem4j.core.illegal;

import static io.github.gmem4j.core.illegal.NastyNumbers.endsPast;
import static io.github.gmem4j.core.illegal.NastyNumbers.exceeds;
import static io.github.gmem4j.core.illegal.NastyNumbers.isAligned;
import static io.github.gmem4j.core.illegal.NastyNumbers.isEmptyOrWraps;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.core.World;
import io.github.gmem4j.core.kernel.KernelGeneration;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Random calls on a memory, or on one that is closed or cannot be mapped. What the kernel answers
 * is worked out here a second time, with exact arithmetic; a call that turns out legal is null.
 */
final class IllegalMemoryCalls {
  private static final int[] MODES = {0, 1, 1, 1, 2, 3, 3, 3, 4, 8, 9, 16, 17, 32, 64, 65, 128, -1};

  private final World world;
  private final KernelGeneration generation;
  private final GuestMemory closed;
  private final GuestMemory unmappable;
  private final Random random;
  private final NastyNumbers numbers;

  IllegalMemoryCalls(World world, KernelGeneration generation, Random random) {
    this.world = world;
    this.generation = generation;
    this.random = random;
    this.numbers = new NastyNumbers(random);
    this.closed = world.vm().createGuestMemory(World.bytes(4), GuestMemory.MMAP).orThrow();
    this.unmappable = world.vm().createGuestMemory(World.bytes(4), 0).orThrow();
    closed.close();
  }

  @Nullable IllegalCall next() {
    return switch (random.nextInt(5)) {
      case 0, 1 -> convert();
      case 2 -> fallocate();
      case 3 -> random.nextBoolean() ? map() : truncate();
      default -> pin();
    };
  }

  private @Nullable IllegalCall convert() {
    long offset = numbers.next();
    long size = numbers.next();
    long attributes = random.nextInt(4) == 0 ? numbers.next() : random.nextInt(2) * 8L;
    boolean attributesExist = generation != KernelGeneration.RFC_2025;
    long flags = attributesExist ? numbers.flags() : 0;
    long reserved = attributesExist ? numbers.flags() : 0;
    if (!attributesExist && attributes != 8) {
      attributes = 0;
    }
    ConversionRequest request =
        new ConversionRequest(ByteRange.of(offset, size), attributes, flags, reserved);
    boolean onClosed = random.nextInt(8) == 0;
    Errno expected = convertErrno(offset, size, attributes, flags | reserved);
    if (onClosed) {
      return IllegalCall.converting(
          "closed convert " + request, Errno.EBADF, () -> closed.convert(request));
    }
    return expected == null
        ? null
        : IllegalCall.converting(
            "convert " + request, expected, () -> world.memory().convert(request));
  }

  private @Nullable Errno convertErrno(long offset, long size, long attributes, long mustBeZero) {
    return switch (generation) {
      case VM_ATTRIBUTES -> Errno.ENOTTY;
      case RFC_2025 -> size == 0 ? null : rangeErrno(offset, size);
      case IN_PLACE ->
          mustBeZero != 0 || (attributes != 0 && attributes != Shareability.ATTRIBUTE_PRIVATE)
              ? Errno.EINVAL
              : rangeErrno(offset, size);
    };
  }

  private @Nullable Errno rangeErrno(long offset, long size) {
    boolean legal =
        !isEmptyOrWraps(offset, size)
            && isAligned(offset, size)
            && !endsPast(offset, size, world.memory().size().value());
    return legal ? null : Errno.EINVAL;
  }

  private @Nullable IllegalCall fallocate() {
    int mode = MODES[random.nextInt(MODES.length)];
    long offset = numbers.next();
    long size = numbers.next();
    ByteRange range = ByteRange.of(offset, size);
    String what = "fallocate " + mode + " " + range;
    if (random.nextInt(8) == 0) {
      return IllegalCall.of("closed " + what, Errno.EBADF, () -> closed.fallocate(mode, range));
    }
    Errno expected = fallocateErrno(mode, offset, size);
    return expected == null
        ? null
        : IllegalCall.of(what, expected, () -> world.memory().fallocate(mode, range));
  }

  private @Nullable Errno fallocateErrno(int mode, long offset, long size) {
    boolean keepsSize = (mode & 1) != 0;
    boolean knownToFiles =
        switch (mode & ~1) {
          case 0, 16, 64 -> true;
          case 2 -> keepsSize;
          case 8, 32, 128 -> !keepsSize;
          default -> false;
        };
    if (offset < 0 || size <= 0) {
      return Errno.EINVAL;
    }
    if (!knownToFiles) {
      return Errno.EOPNOTSUPP;
    }
    if (endsPast(offset, size, Long.MAX_VALUE)) {
      return Errno.EFBIG;
    }
    if (mode != 1 && mode != 3) {
      return Errno.EOPNOTSUPP;
    }
    boolean punches = mode == 3;
    boolean legal =
        isAligned(offset, size)
            && (punches
                ? offset >= world.memory().size().value()
                : !endsPast(offset, size, world.memory().size().value()));
    return legal || (punches && isAligned(offset, size)) ? null : Errno.EINVAL;
  }

  private @Nullable IllegalCall map() {
    long length = random.nextBoolean() ? numbers.next() : -random.nextInt(4096);
    ByteCount bytes = new ByteCount(length);
    Errno wrong = lengthErrno(length);
    return switch (random.nextInt(3)) {
      case 0 -> IllegalCall.of("closed map " + bytes, Errno.EBADF, () -> closed.map(bytes));
      case 1 ->
          IllegalCall.of(
              "unmappable map " + bytes,
              wrong == null ? Errno.ENODEV : wrong,
              () -> unmappable.map(bytes));
      default ->
          wrong == null
              ? null
              : IllegalCall.of("map " + bytes, wrong, () -> world.memory().map(bytes));
    };
  }

  private static @Nullable Errno lengthErrno(long length) {
    if (length == 0) {
      return Errno.EINVAL;
    }
    return exceeds(length, (1L << 47) - 4096) ? Errno.ENOMEM : null;
  }

  private IllegalCall truncate() {
    ByteCount size = new ByteCount(numbers.next());
    return random.nextInt(4) == 0
        ? IllegalCall.of("closed truncate " + size, Errno.EBADF, () -> closed.truncate(size))
        : IllegalCall.of("truncate " + size, Errno.EINVAL, () -> world.memory().truncate(size));
  }

  private @Nullable IllegalCall pin() {
    PageIndex page =
        new PageIndex(
            random.nextInt(3) == 0
                ? World.PAGES + random.nextLong(PageIndex.LIMIT - World.PAGES)
                : random.nextInt(World.PAGES));
    boolean reachable =
        page.value() < World.PAGES && world.memory().shareability(page) == Shareability.SHARED;
    return reachable
        ? null
        : new IllegalCall(
            "pin " + page,
            Errno.EFAULT,
            () ->
                Optional.of(
                    World.errnoOf(world.host().pin(page, ReferenceKind.SHORT_TERM, "pipe"))));
  }
}
