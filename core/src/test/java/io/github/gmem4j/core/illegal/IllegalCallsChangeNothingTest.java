package io.github.gmem4j.core.illegal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.SeededRuns;
import io.github.gmem4j.core.TestPolicy;
import io.github.gmem4j.core.World;
import io.github.gmem4j.core.kernel.KernelGeneration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever is asked, an illegal call gets the kernel's errno and leaves no trace. */
class IllegalCallsChangeNothingTest {
  private static final int RUNS = 20;
  private static final int CALLS = 1000;
  private static final int BETWEEN_SNAPSHOTS = 20;

  @ParameterizedTest
  @EnumSource(KernelGeneration.class)
  void illegalCallGetsTheKernelsErrnoAndLeavesNoTrace(KernelGeneration generation) {
    SeededRuns.each(RUNS, random -> run(generation, random));
  }

  private static void run(KernelGeneration generation, Random random) {
    CountingPlatform platform = new CountingPlatform();
    World world =
        World.of(
            Engine.builder().generation(generation).build(),
            TestPolicy.confidential().with(platform),
            GuestMemory.MMAP);
    List<Pin> pins = furnish(world, generation, random);
    IllegalMemoryCalls onMemory = new IllegalMemoryCalls(world, generation, random);
    IllegalVmCalls onVm = new IllegalVmCalls(world, generation, random);
    IllegalSlotCalls onSlots = new IllegalSlotCalls(world, generation, random);
    Snapshot.of(world, pins, platform);
    Snapshot before = Snapshot.of(world, pins, platform);
    List<String> latest = new ArrayList<>();
    for (int made = 0; made < CALLS; ) {
      IllegalCall call =
          switch (random.nextInt(3)) {
            case 0 -> onMemory.next();
            case 1 -> onVm.next();
            default -> onSlots.next();
          };
      if (call == null) {
        continue;
      }
      made++;
      latest.add(call.what());
      assertEquals(Optional.of(call.expected()), call.call().get(), call::what);
      if (made % BETWEEN_SNAPSHOTS == 0) {
        assertEquals(before, Snapshot.of(world, pins, platform), () -> "one of " + latest);
        latest.clear();
      }
    }
    pins.forEach(Pin::close);
  }

  /** Gives the pages different states and bytes, pins some, poisons one, punches one. */
  private static List<Pin> furnish(World world, KernelGeneration generation, Random random) {
    for (long page = 0; page < World.PAGES; page++) {
      if (generation == KernelGeneration.VM_ATTRIBUTES) {
        world.vm().setMemoryAttributes(World.gpas(page, 1), random.nextInt(2) * 8L, 0);
      } else {
        assertTrue(
            (random.nextBoolean() ? world.toPrivate(page, 1) : world.toShared(page, 1))
                .succeeded());
      }
    }
    List<Pin> pins = new ArrayList<>();
    for (long page = 0; page < World.PAGES; page++) {
      if (world.memory().shareability(new PageIndex(page)) == Shareability.SHARED) {
        world.hostStore(page, random.nextInt());
        if (random.nextInt(3) == 0) {
          pins.add(world.pin(page, ReferenceKind.LONG_TERM, "device"));
        }
      } else if (generation != KernelGeneration.VM_ATTRIBUTES) {
        world.guestStore(page, random.nextInt());
      }
    }
    long poisoned = random.nextInt(World.PAGES);
    world.memory().poison(new PageIndex(poisoned));
    return pins;
  }
}
