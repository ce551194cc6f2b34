package io.github.gmem4j.core.concurrency;

import static io.github.gmem4j.core.World.gpas;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.participant.Participant;
import io.github.gmem4j.api.participant.PlannedConversion;
import io.github.gmem4j.api.participant.Preparation;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.TestPolicy;
import io.github.gmem4j.core.World;
import io.github.gmem4j.core.vmm.Coordinator;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** One coordinator, one thread for each vCPU. */
class CoordinatorThreadsTest {
  private static final int ROUNDS = 500;

  private final Ledger ledger = new Ledger();
  private final Engine engine = Engine.builder().waiter(pause -> Thread.onSpinWait()).build();
  private final TestPolicy policy = TestPolicy.confidential();
  private final World world = World.of(engine, policy, GuestMemory.MMAP);
  private final Coordinator coordinator = engine.coordinator(world.vm(), policy, ledger);

  /** Counts that each preparation is followed by exactly one commit or abort. */
  private static final class Ledger implements Participant {
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger commits = new AtomicInteger();

    @Override
    public String name() {
      return "ledger";
    }

    @Override
    public Preparation prepare(PlannedConversion conversion) {
      open.incrementAndGet();
      return Preparation.READY;
    }

    @Override
    public void commit(PlannedConversion conversion) {
      commits.incrementAndGet();
      open.decrementAndGet();
    }

    @Override
    public void abort(PlannedConversion conversion) {
      open.decrementAndGet();
    }
  }

  @Test
  void guestsWithPagesOfTheirOwnGetExactlyWhatTheyAskedFor() throws Exception {
    world.vm().enableExitHypercalls(1 << Exit.MapGpaRange.NUMBER).orThrow();

    new Crew().add(() -> ownPages(0)).add(() -> ownPages(8)).work();

    assertEquals(0, ledger.open.get());
    assertEquals(2 * 2 * ROUNDS, ledger.commits.get());
  }

  @Test
  void guestsThatFightOverTheSamePagesAllGetAnAnswer() throws Exception {
    world.vm().enableExitHypercalls(1 << Exit.MapGpaRange.NUMBER).orThrow();

    new Crew().add(() -> fight(1)).add(() -> fight(2)).add(() -> fight(3)).work();

    assertEquals(0, ledger.open.get());
    assertTrue(world.toPrivate(0, World.PAGES).succeeded());
  }

  /** Nobody else touches these pages: each access must find the state that was asked for. */
  private Void ownPages(long first) {
    List<GuestAction> actions = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      for (Shareability state : List.of(Shareability.SHARED, Shareability.PRIVATE)) {
        actions.add(new GuestAction.Request(gpas(first, 8), state));
        actions.add(new GuestAction.Write(World.gpa(first + 3), state, (byte) round));
        actions.add(new GuestAction.Read(World.gpa(first + 3), state));
      }
    }
    Vcpu vcpu = world.vm().createVcpu(new GuestProgram(actions));

    assertEquals(new Exit.Halt(), coordinator.run(vcpu));

    List<ActionResult> results = vcpu.results();
    assertEquals(actions.size(), results.size());
    for (int i = 0; i < results.size(); i += 3) {
      assertEquals(new ActionResult.Fulfilled(), results.get(i));
      assertEquals(new ActionResult.Loaded((byte) (i / 6)), results.get(i + 2));
    }
    return null;
  }

  private Void fight(long seed) {
    Random random = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      Shareability target = random.nextBoolean() ? Shareability.PRIVATE : Shareability.SHARED;
      long first = random.nextInt(World.PAGES - 4);
      Vcpu vcpu =
          world.vm().createVcpu(GuestProgram.of(new GuestAction.Request(gpas(first, 4), target)));
      assertEquals(new Exit.Halt(), coordinator.run(vcpu));
      assertEquals(1, vcpu.results().size());
    }
    return null;
  }
}
