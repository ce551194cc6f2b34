package io.github.gmem4j.core.illegal;

import static io.github.gmem4j.core.illegal.NastyNumbers.endsPast;
import static io.github.gmem4j.core.illegal.NastyNumbers.exceeds;
import static io.github.gmem4j.core.illegal.NastyNumbers.isAligned;
import static io.github.gmem4j.core.illegal.NastyNumbers.isEmptyOrWraps;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.core.World;
import io.github.gmem4j.core.kernel.KernelGeneration;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Random calls on a VM and its vCPU, or on a dead VM. See {@link IllegalMemoryCalls}. */
final class IllegalVmCalls {
  private static final long LARGEST_MEMORY = 1L << 52;

  private final World world;
  private final KernelGeneration generation;
  private final VirtualMachine dead;
  private final List<GuestMemory> unlinkable;
  private final Random random;
  private final NastyNumbers numbers;

  IllegalVmCalls(World world, KernelGeneration generation, Random random) {
    this.world = world;
    this.generation = generation;
    this.random = random;
    this.numbers = new NastyNumbers(random);
    this.dead = world.engine().createVm(SoftwareProtectedPolicy.create());
    dead.close();
    GuestMemory closed = world.vm().createGuestMemory(World.bytes(1), 0).orThrow();
    closed.close();
    this.unlinkable = List.of(world.memory(), closed, World.inPlace().memory());
  }

  @Nullable IllegalCall next() {
    return switch (random.nextInt(7)) {
      case 0 -> create();
      case 1 -> setMemoryAttributes();
      case 2 -> prefault();
      case 3 -> populate();
      case 4 -> enableExitHypercalls();
      case 5 -> link();
      default -> onDeadVm();
    };
  }

  private @Nullable IllegalCall create() {
    long size = numbers.next();
    long flags = random.nextBoolean() ? random.nextInt(4) : numbers.flags();
    Errno expected = createErrno(size, flags);
    return expected == null
        ? null
        : IllegalCall.of(
            "create " + size + " flags " + flags,
            expected,
            () -> world.vm().createGuestMemory(new ByteCount(size), flags));
  }

  private @Nullable Errno createErrno(long size, long flags) {
    boolean flagsAllowed =
        switch (generation) {
          case IN_PLACE -> flags >= 0 && flags <= 3;
          case VM_ATTRIBUTES -> flags == 0 || flags == 1;
          case RFC_2025 -> flags == 0 || flags == 1 || flags == 3;
        };
    if (!flagsAllowed || size <= 0 || !isAligned(size)) {
      return Errno.EINVAL;
    }
    return exceeds(size, LARGEST_MEMORY) ? Errno.ENOMEM : null;
  }

  private @Nullable IllegalCall setMemoryAttributes() {
    long start = numbers.address();
    long size = numbers.next();
    long attributes = random.nextInt(3) == 0 ? numbers.next() : random.nextInt(2) * 8L;
    long flags = numbers.flags();
    boolean legal =
        flags == 0
            && (attributes & ~8L) == 0
            && !isEmptyOrWraps(start, size)
            && isAligned(start, size);
    if (generation != KernelGeneration.IN_PLACE && legal) {
      return null;
    }
    Errno expected = generation == KernelGeneration.IN_PLACE ? Errno.ENOTTY : Errno.EINVAL;
    GpaRange range = GpaRange.of(start, size);
    return IllegalCall.converting(
        "setMemoryAttributes " + range + " " + attributes + " " + flags,
        expected,
        () -> world.vm().setMemoryAttributes(range, attributes, flags));
  }

  private @Nullable IllegalCall prefault() {
    long start = numbers.address();
    long size = numbers.next();
    long flags = numbers.flags();
    GpaRange range = GpaRange.of(start, size);
    boolean illegal = flags != 0 || isEmptyOrWraps(start, size) || !isAligned(start, size);
    boolean backed = !illegal && isBacked(start);
    return backed
        ? null
        : new IllegalCall(
            "prefault " + range + " " + flags,
            illegal ? Errno.EINVAL : Errno.ENOENT,
            () -> world.vcpu().prefault(range, flags).errno());
  }

  private @Nullable IllegalCall populate() {
    long start = numbers.address();
    long size = numbers.next();
    Optional<byte[]> source =
        random.nextBoolean() ? Optional.empty() : Optional.of(new byte[random.nextInt(3) * 4096]);
    boolean legal =
        !isEmptyOrWraps(start, size)
            && isAligned(start, size)
            && (source.isPresent()
                ? source.get().length == size
                : generation != KernelGeneration.VM_ATTRIBUTES)
            && isBacked(start);
    GpaRange range = GpaRange.of(start, size);
    return legal
        ? null
        : IllegalCall.of(
            "populate " + range + " source " + source.map(bytes -> bytes.length),
            Errno.EINVAL,
            () -> world.vm().populate(range, source));
  }

  private static boolean isBacked(long gpa) {
    return !exceeds(World.BASE, gpa) && !endsPast(gpa, 1, World.gpa(World.PAGES).value());
  }

  private @Nullable IllegalCall enableExitHypercalls() {
    long hypercalls = random.nextBoolean() ? 1L << random.nextInt(64) : random.nextLong();
    return (hypercalls & ~(1L << 12)) == 0
        ? null
        : IllegalCall.of(
            "enableExitHypercalls " + hypercalls,
            Errno.EINVAL,
            () -> world.vm().enableExitHypercalls(hypercalls));
  }

  private IllegalCall link() {
    GuestMemory memory = unlinkable.get(random.nextInt(unlinkable.size()));
    return IllegalCall.of("link", Errno.EINVAL, () -> world.vm().linkGuestMemory(memory));
  }

  private IllegalCall onDeadVm() {
    ByteCount size = new ByteCount(numbers.next());
    long flags = numbers.flags();
    GpaRange range = GpaRange.of(numbers.address(), numbers.next());
    return switch (random.nextInt(5)) {
      case 0 -> IllegalCall.of("dead create", Errno.EIO, () -> dead.createGuestMemory(size, flags));
      case 1 -> IllegalCall.of("dead link", Errno.EIO, () -> dead.linkGuestMemory(world.memory()));
      case 2 ->
          IllegalCall.converting(
              "dead attributes", Errno.EIO, () -> dead.setMemoryAttributes(range, flags, flags));
      case 3 ->
          IllegalCall.of("dead populate", Errno.EIO, () -> dead.populate(range, Optional.empty()));
      default ->
          IllegalCall.of("dead hypercalls", Errno.EIO, () -> dead.enableExitHypercalls(flags));
    };
  }
}
