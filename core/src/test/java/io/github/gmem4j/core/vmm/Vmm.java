package io.github.gmem4j.core.vmm;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.participant.Participant;
import io.github.gmem4j.api.participant.PlannedConversion;
import io.github.gmem4j.api.participant.Preparation;
import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.policy.VmmSeat;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.seam.FaultInjector;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.TestPolicy;
import io.github.gmem4j.core.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A VMM at work: a world that begins shared, its coordinator, and a record of what it did. */
final class Vmm {
  private final List<Duration> pauses = new ArrayList<>();
  private final List<RoadEvent> events = new ArrayList<>();
  private final World world;
  private final Coordinator coordinator;
  private Runnable duringPause = () -> {};
  private boolean exhausted;
  private long exhaustedAt = -1;

  Vmm(VmmSeat rules, Participant... participants) {
    TestPolicy policy = TestPolicy.confidential().with(rules);
    FaultInjector faults =
        (site, subject) ->
            (exhausted || subject == exhaustedAt) && site.name().equals("core.reserve-state");
    Engine engine =
        Engine.builder()
            .waiter(pause -> {
              pauses.add(pause);
              duringPause.run();
            })
            .listener(events::add)
            .faults(faults)
            .build();
    world = World.of(engine, policy, GuestMemory.MMAP | GuestMemory.INIT_SHARED);
    coordinator = engine.coordinator(world.vm(), policy, participants);
  }

  /** A participant that is always ready. */
  static Participant ready(String name) {
    Participant participant = mock(Participant.class, name);
    when(participant.name()).thenReturn(name);
    when(participant.prepare(any())).thenReturn(Preparation.READY);
    return participant;
  }

  /** Replaces the one slot by slots of four pages each, pages in the same order. */
  Vmm inSlotsOfFour() {
    world.vm().setMemory(SlotRequest.delete(World.SLOT)).orThrow();
    for (int i = 0; i < 4; i++) {
      world
          .vm()
          .setMemory(
              SlotRequest.bind(
                  i,
                  World.gpa(4L * i),
                  World.bytes(4),
                  world.memory(),
                  new ByteOffset(4L * i * 4096)))
          .orThrow();
    }
    return this;
  }

  /** From now on bookkeeping runs out for conversions that begin at a page. */
  void exhaustMemoryAt(long page) {
    exhaustedAt = page;
  }

  void exhaustMemory() {
    exhausted = true;
  }

  void duringPause(Runnable action) {
    duringPause = action;
  }

  World world() {
    return world;
  }

  Coordinator coordinator() {
    return coordinator;
  }

  List<Duration> pauses() {
    return pauses;
  }

  List<RoadEvent> events() {
    return events;
  }

  /** The exit of a guest that asks for pages to get a state. */
  static Exit asking(long first, long count, Shareability target) {
    long attributes = target == Shareability.PRIVATE ? Exit.MapGpaRange.PRIVATE : 0;
    return new Exit.MapGpaRange(World.gpa(first), new PageCount(count), attributes, 1);
  }

  /** Settles a wish of vCPU 0 for private pages. */
  Settlement toPrivate(long first, long count) {
    return settle(asking(first, count, Shareability.PRIVATE));
  }

  /** Settles a wish of vCPU 0 for shared pages. */
  Settlement toShared(long first, long count) {
    return settle(asking(first, count, Shareability.SHARED));
  }

  /** Settles the wish in an exit of vCPU 0. */
  Settlement settle(Exit exit) {
    assertTrue(coordinator.answer(0, exit).isPresent());
    return events.reversed().stream()
        .map(event -> event instanceof RoadEvent.WishSettled settled ? settled.settlement() : null)
        .filter(Objects::nonNull)
        .findFirst()
        .orElseThrow();
  }

  /** The conversion that is planned for pages that lie in one slot. */
  PlannedConversion planned(long first, long count, Shareability target) {
    return new PlannedConversion(
        GfnRange.of(World.gpa(first).gfn().value(), count),
        target,
        world.memory(),
        World.pages(first, count).pages());
  }
}
