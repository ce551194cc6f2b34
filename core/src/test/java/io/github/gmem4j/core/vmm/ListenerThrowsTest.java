package io.github.gmem4j.core.vmm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.World;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/**
 * A listener that throws is its own fault: no participant is blamed, and each has its last word.
 */
class ListenerThrowsTest {
  private final List<String> log = new ArrayList<>();
  private final IllegalStateException thrown = new IllegalStateException("the listener's own");
  private Predicate<RoadEvent> at = event -> false;
  private final World world =
      World.inPlaceShared(
          Engine.builder()
              .listener(event -> {
                if (at.test(event)) {
                  at = other -> false;
                  throw thrown;
                }
              }));
  private final Coordinator coordinator =
      world
          .engine()
          .coordinator(
              world.vm(),
              io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy.create(),
              new Told("first", log),
              new Told("second", log));

  private Optional<Reply> answer() {
    return coordinator.answer(0, Vmm.asking(0, 1, Shareability.PRIVATE));
  }

  private void throwsAt(Predicate<RoadEvent> event) {
    at = event;
    assertSame(thrown, assertThrows(IllegalStateException.class, this::answer));
  }

  @Test
  void afterAPreparation() {
    throwsAt(event -> event instanceof RoadEvent.ParticipantPrepared);

    assertEquals(List.of("prepare 0 PRIVATE", "abort 0 PRIVATE"), log);
    assertWorksAgain();
  }

  @Test
  void afterTheConversion() {
    throwsAt(event -> event instanceof RoadEvent.ConversionTried);

    assertEquals(
        List.of("prepare 0 PRIVATE", "prepare 0 PRIVATE", "commit 0 PRIVATE", "commit 0 PRIVATE"),
        log);
    assertEquals(Shareability.PRIVATE, world.memory().shareability(new PageIndex(0)));
    assertWorksAgain();
  }

  @Test
  void afterACommit() {
    throwsAt(event -> event instanceof RoadEvent.ParticipantCommitted);

    assertEquals(2, log.stream().filter("commit 0 PRIVATE"::equals).count());
    assertWorksAgain();
  }

  @Test
  void whenTheWishIsReadAndWhenItIsSettled() {
    throwsAt(event -> event instanceof RoadEvent.WishRead);
    assertEquals(List.of(), log);
    throwsAt(event -> event instanceof RoadEvent.WishSettled);
    assertWorksAgain();
  }

  private void assertWorksAgain() {
    log.clear();
    assertEquals(Optional.of(Reply.Answer.DONE), answer());
    assertEquals(List.of(), coordinator.poisoned());
    assertEquals(2, log.stream().filter("commit 0 PRIVATE"::equals).count());
  }
}
