package io.github.gmem4j.core.illegal;

import static io.github.gmem4j.core.illegal.NastyNumbers.endsPast;
import static io.github.gmem4j.core.illegal.NastyNumbers.exceeds;
import static io.github.gmem4j.core.illegal.NastyNumbers.isAligned;
import static io.github.gmem4j.core.illegal.NastyNumbers.wraps;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.HostVirtualAddress;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.core.World;
import io.github.gmem4j.core.kernel.KernelGeneration;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Random changes of the memory slots of a VM that has one slot. See {@link IllegalMemoryCalls}. */
final class IllegalSlotCalls {
  private static final int[] IDS = {0, 1, 2, 32763, 32764, 0xffff, 0x1_0001, -1};
  private static final long[] FLAGS = {0, 4, 4, 4, 4, 1, 2, 3, 5, 6, 8, Long.MIN_VALUE};

  private final World world;
  private final KernelGeneration generation;
  private final GuestMemory closed;
  private final GuestMemory foreign;
  private final Random random;
  private final NastyNumbers numbers;

  IllegalSlotCalls(World world, KernelGeneration generation, Random random) {
    this.world = world;
    this.generation = generation;
    this.random = random;
    this.numbers = new NastyNumbers(random);
    this.closed = world.vm().createGuestMemory(World.bytes(4), 0).orThrow();
    closed.close();
    this.foreign =
        world
            .engine()
            .createVm(SoftwareProtectedPolicy.create())
            .createGuestMemory(World.bytes(4), 0)
            .orThrow();
  }

  @Nullable IllegalCall next() {
    Optional<GuestMemory> memory =
        switch (random.nextInt(6)) {
          case 0 -> Optional.empty();
          case 1 -> Optional.of(closed);
          case 2 -> Optional.of(foreign);
          default -> Optional.of(world.memory());
        };
    SlotRequest request =
        new SlotRequest(
            IDS[random.nextInt(IDS.length)],
            FLAGS[random.nextInt(FLAGS.length)],
            new Gpa(random.nextBoolean() ? numbers.address() : World.BASE - (1L << 30)),
            new ByteCount(numbers.next()),
            new HostVirtualAddress(random.nextInt(4) == 0 ? numbers.next() : 0),
            memory,
            new ByteOffset(numbers.next()));
    Errno expected = errno(request);
    return expected == null
        ? null
        : IllegalCall.of(request.toString(), expected, () -> world.vm().setMemory(request));
  }

  private @Nullable Errno errno(SlotRequest request) {
    long size = request.size().value();
    if (isMalformed(request)) {
      return Errno.EINVAL;
    }
    boolean exists = request.slot() == World.SLOT;
    if (size == 0) {
      return exists ? null : Errno.EINVAL;
    }
    if (exists) {
      return Errno.EINVAL;
    }
    boolean overlaps =
        endsPast(request.gpa().value(), size, World.BASE)
            && exceeds(World.gpa(World.PAGES).value(), request.gpa().value());
    if (overlaps) {
      return Errno.EEXIST;
    }
    return (request.flags() & SlotRequest.GUEST_MEMFD) == 0 ? null : bindingErrno(request);
  }

  private static boolean isMalformed(SlotRequest request) {
    long size = request.size().value();
    boolean bound = (request.flags() & SlotRequest.GUEST_MEMFD) != 0;
    boolean flagsAllowed =
        bound ? request.flags() == SlotRequest.GUEST_MEMFD : (request.flags() & ~3L) == 0;
    boolean userAddress =
        isAligned(request.userspace().value())
            && !endsPast(request.userspace().value(), size, (1L << 47) - 4096);
    boolean idExists = request.slot() >>> 16 == 0 && (request.slot() & 0xffff) <= 32763;
    boolean offsetFine =
        !bound || (isAligned(request.offset().value()) && !wraps(request.offset().value(), size));
    return !flagsAllowed
        || !userAddress
        || !idExists
        || !offsetFine
        || !isAligned(size, request.gpa().value())
        || wraps(request.gpa().value(), size)
        || exceeds(size, ((1L << 31) - 1) * 4096);
  }

  /** The world's only slot binds the whole memory, so that every legal range is bound already. */
  private Errno bindingErrno(SlotRequest request) {
    GuestMemory memory = request.memory().orElse(closed);
    if (memory.equals(closed)) {
      return Errno.EBADF;
    }
    if (memory.equals(foreign)
        || endsPast(
            request.offset().value(), request.size().value(), world.memory().size().value())) {
      return Errno.EINVAL;
    }
    return generation == KernelGeneration.RFC_2025 ? Errno.EINVAL : Errno.EEXIST;
  }
}
