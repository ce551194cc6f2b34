package io.github.gmem4j.core.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.Withheld;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.LockQueue;
import io.github.gmem4j.core.World;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What may change while a call stands in line for the memory's lock is asked once it has it. */
@Timeout(120)
class AskedUnderTheLockTest {
  private enum Mark implements Pending {
    MARK
  }

  private static final long SPARE = 5;

  private final LockQueue queue = new LockQueue();
  private final World world = World.inPlaceShared(Engine.builder().faults(queue));
  private final MemoryView memory = (MemoryView) world.memory();

  @Test
  void requestThatWasOvertakenInLineIsCancelled() {
    AtomicBoolean wanted = new AtomicBoolean(true);
    queue.hold(memory, SPARE);
    CompletableFuture<ConversionOutcome> outcome =
        queue.enqueue(
            () -> memory.convert(ConversionRequest.toPrivate(World.pages(0, 1)), wanted::get));
    wanted.set(false);
    queue.letGo();

    assertEquals(Optional.of(Errno.ECANCELED), outcome.join().errno());
  }

  @Test
  void pageSharedAgainBeforeItsLastReferenceGetsTheLockStaysShared() {
    Pin pin = world.pin(0, ReferenceKind.SHORT_TERM, "dio");
    memory.withhold(0, 1, Withheld.FROM_EVERYONE, Mark.MARK);
    queue.hold(memory, SPARE);
    queue.enqueue(() -> {
      world.toShared(0, 1);
    });
    queue.enqueue(pin::close);
    queue.letGo();

    assertEquals('S', world.states().charAt(0));
  }

  @Test
  void pageWithheldFromEveryoneIsTakenOutOfTheHostsPageTables() {
    world.hostStore(0, 7);
    try (Pin pin = world.pin(0, ReferenceKind.SHORT_TERM, "dio")) {
      memory.withhold(0, 1, Withheld.FROM_EVERYONE, Mark.MARK);

      assertFalse(world.hostMaps(0));
      assertEquals(7, pin.load(0));
    }
  }

  @Test
  void sharingAMixedRangeEndsTheWithholdingInIt() {
    world.toPrivate(1, 1);
    memory.withhold(0, 1, Withheld.FROM_GUEST, Mark.MARK);
    assertNotNull(memory.withheldMark(0));

    world.toShared(0, 2);

    assertNull(memory.withheldMark(0));
  }
}
