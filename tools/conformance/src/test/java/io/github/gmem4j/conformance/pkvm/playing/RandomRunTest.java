package io.github.gmem4j.conformance.pkvm.playing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.conformance.operation.Backing;
import io.github.gmem4j.conformance.operation.PinKind;
import io.github.gmem4j.conformance.pkvm.operation.GuestOperation;
import io.github.gmem4j.conformance.pkvm.operation.HostOperation;
import io.github.gmem4j.conformance.pkvm.operation.MappingOperation;
import io.github.gmem4j.conformance.pkvm.operation.PinOperation;
import io.github.gmem4j.conformance.pkvm.operation.PkvmOperation;
import io.github.gmem4j.conformance.pkvm.operation.Protection;
import io.github.gmem4j.conformance.pkvm.operation.Reach;
import io.github.gmem4j.conformance.pkvm.operation.SlotOperation;
import io.github.gmem4j.conformance.pkvm.operation.StartHost;
import io.github.gmem4j.conformance.pkvm.operation.VmOperation;
import io.github.gmem4j.conformance.recording.Field;
import io.github.gmem4j.conformance.recording.Result;
import io.github.gmem4j.policy.pkvm.el2.VmKind;
import io.github.gmem4j.policy.pkvm.hvc.Hvc;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

/**
 * Operations as the recorder's generator mixes them, on everything it varies, without a recording
 * to compare with: nothing is impossible, the same again gives the same, and no byte that a guest
 * kept private ever comes out.
 */
final class RandomRunTest {
  private static final int SEQUENCES = 160;
  private static final int OPERATIONS = 300;
  private static final int PAGES = 8;

  /** Pages from this one on are never shared, and protected guests store secrets there. */
  private static final int FIRST_SECRET_PAGE = 4;

  private static final int LEAST_SECRET = 200;
  private static final int MOST_PUBLIC = 100;

  private static final long SLOT_1 = 0x9000_0000L;
  private static final long SLOT_2 = 0xa000_0000L;

  /** Makes up the operations of one sequence. */
  private static final class Generator {
    final RandomGenerator random;
    final StartHost start;
    final VmKind[] kinds = new VmKind[2];
    final boolean[] exists = {true, false};
    final Set<Long> pins = new HashSet<>();
    boolean childLives;
    int inUse;
    long nextPin;

    Generator(long seed) {
      random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
      OptionalLong memlock =
          random.nextInt(4) == 0 ? OptionalLong.of(random.nextInt(8)) : OptionalLong.empty();
      start =
          new StartHost(
              any(VmKind.values()), any(Backing.values()), PAGES, 2, 40, memlock, "random", seed);
      kinds[0] = start.kind();
    }

    <T> T any(T[] values) {
      return values[random.nextInt(values.length)];
    }

    int page() {
      return random.nextInt(PAGES);
    }

    PageRange pages() {
      int first = page();
      return PageRange.of(first, 1 + random.nextInt(3));
    }

    PkvmOperation next() {
      if (!exists[inUse]) {
        return withoutVm();
      }
      return switch (random.nextInt(12)) {
        case 0, 1, 2, 3 -> guest();
        case 4, 5, 6 -> host();
        case 7, 8 -> mapping();
        case 9 -> pin();
        case 10 -> slot();
        default -> life();
      };
    }

    private PkvmOperation withoutVm() {
      if (random.nextInt(3) == 0) {
        return host();
      }
      int other = 1 - inUse;
      return exists[other] && random.nextBoolean() ? use(other) : create(inUse);
    }

    private PkvmOperation use(int vm) {
      inUse = vm;
      return new VmOperation.Use(vm);
    }

    private PkvmOperation create(int vm) {
      kinds[vm] = any(VmKind.values());
      exists[vm] = true;
      inUse = vm;
      return new VmOperation.Create(vm, kinds[vm]);
    }

    private PkvmOperation guest() {
      int page = page();
      Gpa at = new Gpa(SLOT_1 + page * (long) Page.BYTES + random.nextInt(2));
      int vcpu = random.nextInt(2);
      return switch (random.nextInt(5)) {
        case 0 -> new GuestOperation.Load(vcpu, at);
        case 1 -> new GuestOperation.Store(vcpu, at, guestValue(page));
        case 2 -> new GuestOperation.Load(vcpu, new Gpa(SLOT_2 + page * (long) Page.BYTES));
        default -> new GuestOperation.Call(vcpu, hvc());
      };
    }

    private int guestValue(int page) {
      boolean secret = kinds[inUse] == VmKind.PROTECTED && page >= FIRST_SECRET_PAGE;
      return secret
          ? LEAST_SECRET + random.nextInt(256 - LEAST_SECRET)
          : random.nextInt(MOST_PUBLIC);
    }

    private Hvc hvc() {
      Gpa page = new Gpa(SLOT_1 + random.nextInt(FIRST_SECRET_PAGE) * (long) Page.BYTES);
      return switch (random.nextInt(6)) {
        case 0, 1 -> Hvc.share(page);
        case 2, 3 -> Hvc.unshare(page);
        case 4 -> new Hvc(random.nextLong(), random.nextLong(), random.nextInt(2), 0);
        default -> Hvc.share(new Gpa(random.nextLong()));
      };
    }

    private PkvmOperation host() {
      ByteOffset at = new ByteOffset(page() * (long) Page.BYTES + random.nextInt(2));
      Reach by = any(Reach.values());
      if (by == Reach.CHILD && !childLives) {
        childLives = true;
        return new HostOperation.Fork();
      }
      if (by == Reach.CHILD && random.nextInt(6) == 0) {
        childLives = false;
        return new HostOperation.ChildExit();
      }
      return random.nextBoolean()
          ? new HostOperation.Load(by, at)
          : new HostOperation.Store(by, at, random.nextInt(MOST_PUBLIC));
    }

    private PkvmOperation mapping() {
      return switch (random.nextInt(8)) {
        case 0 -> new MappingOperation.Unmap(pages());
        case 1, 2 -> new MappingOperation.Remap(pages());
        case 3 -> new MappingOperation.Protect(pages(), any(Protection.values()));
        case 4, 5 -> new MappingOperation.Protect(pages(), Protection.RW);
        case 6 -> new MappingOperation.Drop(pages());
        default -> new MappingOperation.Punch(pages());
      };
    }

    private PkvmOperation pin() {
      PinKind kind = any(PinKind.values());
      if (pins.size() > 3) {
        long id = pins.iterator().next();
        pins.remove(id);
        return new PinOperation.Release(id, kindOf(id));
      }
      long id = nextPin++ * 2 + (kind == PinKind.VMSPLICE ? 0 : 1);
      pins.add(id);
      return new PinOperation.Take(id, kind, pages());
    }

    private static PinKind kindOf(long id) {
      return id % 2 == 0 ? PinKind.VMSPLICE : PinKind.IOURING;
    }

    private PkvmOperation slot() {
      return switch (random.nextInt(6)) {
        case 0, 1 -> set(1, 0, SLOT_1, PAGES);
        case 2 -> set(2, random.nextInt(4), SLOT_2, FIRST_SECRET_PAGE);
        case 3 ->
            set(1 + random.nextInt(2), 0, SLOT_2 + 0x10_0000, random.nextBoolean() ? PAGES : 0);
        case 4 ->
            new SlotOperation.SetGuestMemory(
                10, new Gpa(SLOT_2 + 0x4000), new PageCount(4), random.nextInt(5));
        default ->
            new SlotOperation.CreateGuestMemory(
                new ByteCount(random.nextInt(3) * 2048L), random.nextInt(8));
      };
    }

    private static PkvmOperation set(int slot, long flags, long gpa, long pages) {
      return new SlotOperation.Set(
          slot, flags, new Gpa(gpa), new ByteCount(pages * Page.BYTES), ByteOffset.ZERO);
    }

    private PkvmOperation life() {
      int other = 1 - inUse;
      if (random.nextInt(3) > 0) {
        return exists[other] ? use(other) : create(other);
      }
      exists[inUse] = false;
      return new VmOperation.Destroy();
    }
  }

  private static List<Result> run(long seed) {
    Generator generator = new Generator(seed);
    PkvmPlayer player = PkvmPlayer.inANewWorld(generator.start);
    List<Result> results = new ArrayList<>();
    for (int i = 0; i < OPERATIONS; i++) {
      PkvmOperation operation = generator.next();
      Result result = player.play(operation);
      if (operation instanceof HostOperation || operation instanceof PinOperation) {
        assertNoSecret(result, "seed %d, %d: %s gave %s".formatted(seed, i, operation, result));
      }
      results.add(result);
    }
    return results;
  }

  private static void assertNoSecret(Result result, String where) {
    Object value = result.fields().getOrDefault(Field.VALUE, 0L);
    assertTrue((Long) value < LEAST_SECRET, where);
    Object data = result.fields().getOrDefault(Field.DATA, List.of());
    ((Collection<?>) data).forEach(first -> assertTrue((Long) first < LEAST_SECRET, where));
  }

  @Test
  void whateverIsDoneEveryOperationHasAResultAndNoSecretComesOut() {
    long first = Long.getLong("gmem.seed", 1);
    Set<Object> seen = new HashSet<>();
    for (long seed = first; seed < first + SEQUENCES; seed++) {
      for (Result result : run(seed)) {
        result
            .fields()
            .forEach((field, value) -> {
              if (value instanceof String) {
                seen.add(value);
              }
            });
      }
    }
    assertEquals(
        Set.of(
            "OK",
            "ERROR",
            "EXCEPTION",
            "MMIO",
            "EPERM",
            "EFAULT",
            "ENOMEM",
            "EIO",
            "EINVAL",
            "EEXIST",
            "EBADF",
            "ENODEV",
            "SIGSEGV",
            "ACCERR",
            "MAPERR"),
        seen,
        "not all of it was tried");
  }

  @Test
  void theSameOperationsGiveTheSameResults() {
    assertEquals(run(7), run(7));
  }
}
