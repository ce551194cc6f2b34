package io.github.gmem4j.core.vmm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.participant.Preparation;
import io.github.gmem4j.api.policy.RetryRule;
import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.policy.Unconverted;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.core.World;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Participants that throw where they must not: the others are told, the range is poisoned. */
class BrokenPromisesTest {
  private final List<String> log = new ArrayList<>();
  private final Told first = new Told("first", log);
  private final Told second = new Told("second", log);
  private final Told third = new Told("third", log);
  private final Vmm vmm = new Vmm(Rules.STRICT, first, second, third);

  private static <T extends Throwable> void raise(T thrown) throws T {
    throw thrown;
  }

  @Test
  void abortThatThrowsAfterAPrepareThatThrewPoisonsTheRangeAndIsKept() {
    IllegalStateException lost = new IllegalStateException("cannot map again");
    IllegalStateException oops = new IllegalStateException("oops");
    first.onAbort(conversion -> raise(lost));
    second.onPrepare(conversion -> {
      throw oops;
    });

    IllegalStateException thrown =
        assertThrows(IllegalStateException.class, () -> vmm.toPrivate(0, 1));

    assertSame(oops, thrown);
    assertEquals(List.of(lost), List.of(thrown.getSuppressed()));
    second.onPrepare(conversion -> Preparation.READY);
    Settlement.Poisoned poisoned = assertInstanceOf(Settlement.Poisoned.class, vmm.toPrivate(0, 1));
    assertEquals(Optional.of(lost), poisoned.cause());
    assertEquals(List.of(poisoned), vmm.coordinator().poisoned());
  }

  @Test
  void errorFromCommitReachesTheCallerAfterAllOthersWereTold() {
    AssertionError boom = new AssertionError("boom");
    first.onCommit(conversion -> raise(boom));

    assertSame(boom, assertThrows(AssertionError.class, () -> vmm.toPrivate(0, 1)));

    assertEquals(3, log.stream().filter("commit 0 PRIVATE"::equals).count());
    assertInstanceOf(Settlement.Poisoned.class, vmm.toShared(0, 1));
  }

  @Test
  void errorFromAbortReachesTheCallerAfterAllOthersWereTold() {
    AssertionError boom = new AssertionError("boom");
    second.onAbort(conversion -> raise(boom));
    third.onPrepare(conversion -> new Preparation.Refused("no"));

    assertSame(boom, assertThrows(AssertionError.class, () -> vmm.toPrivate(0, 1)));

    assertEquals(2, log.stream().filter("abort 0 PRIVATE"::equals).count());
    third.onPrepare(conversion -> Preparation.READY);
    assertInstanceOf(Settlement.Poisoned.class, vmm.toPrivate(0, 1));
  }

  @Test
  void firstErrorGoesOnAndWhatOthersThrewIsSuppressed() {
    AssertionError boom = new AssertionError("boom");
    IllegalStateException other = new IllegalStateException("other");
    first.onCommit(conversion -> raise(other));
    second.onCommit(conversion -> raise(boom));

    AssertionError thrown = assertThrows(AssertionError.class, () -> vmm.toPrivate(0, 1));

    assertEquals(List.of(other), List.of(thrown.getSuppressed()));
  }

  @Test
  void poisonOfARequestThatTheKernelFulfilledIsTold() {
    Vmm kernels = new Vmm(new KernelSeat(RetryRule.GIVE_UP, Unconverted.GIVEN_UP), first, second);
    kernels.coordinator().answer(0, new Exit.Unshare(World.gpas(0, 1)));
    kernels.world().toPrivate(0, 1);
    first.onCommit(conversion -> raise(new IllegalStateException("no room")));

    kernels.coordinator().answer(0, new Exit.Halt());

    List<Settlement.Poisoned> told =
        kernels.events().stream()
            .filter(RoadEvent.RangePoisoned.class::isInstance)
            .map(event -> ((RoadEvent.RangePoisoned) event).poison())
            .toList();
    assertEquals(kernels.coordinator().poisoned(), told);
    assertTrue(told.getFirst().reason().contains("first failed to commit"), told::toString);
  }

  @Test
  void recoveredRangeIsConvertedAgain() {
    Settlement.Poisoned poison = poisonPages(4, 4);

    assertTrue(vmm.coordinator().recover(poison));

    assertFalse(vmm.coordinator().recover(poison));
    assertEquals(List.of(), vmm.coordinator().poisoned());
    assertEquals(Settlement.FULFILLED, vmm.toPrivate(4, 4));
  }

  @Test
  void poisonStaysWithThePagesWhereverTheirSlotMoves() {
    poisonPages(4, 4);
    vmm.world().vm().setMemory(SlotRequest.delete(World.SLOT)).orThrow();
    vmm.world()
        .vm()
        .setMemory(
            SlotRequest.bind(
                2, World.gpa(32), World.bytes(4), vmm.world().memory(), new ByteOffset(4 * 4096)))
        .orThrow();

    assertInstanceOf(Settlement.Poisoned.class, vmm.toPrivate(35, 1));
  }

  @Test
  void poisonGoesWithTheMemory() {
    poisonPages(4, 4);
    vmm.world().vm().setMemory(SlotRequest.delete(World.SLOT)).orThrow();
    vmm.world().memory().close();
    GuestMemory fresh =
        vmm.world()
            .vm()
            .createGuestMemory(World.bytes(16), GuestMemory.MMAP | GuestMemory.INIT_SHARED)
            .orThrow();
    vmm.world().vm().setMemory(SlotRequest.bind(1, World.gpa(0), fresh)).orThrow();

    assertEquals(List.of(), vmm.coordinator().poisoned());
    assertEquals(Settlement.FULFILLED, vmm.toPrivate(4, 4));
  }

  private Settlement.Poisoned poisonPages(long firstPage, long count) {
    first.onCommit(conversion -> raise(new IllegalStateException("broken")));
    Settlement.Poisoned poison =
        assertInstanceOf(Settlement.Poisoned.class, vmm.toPrivate(firstPage, count));
    first.onCommit(conversion -> {});
    assertEquals(Shareability.PRIVATE, vmm.world().memory().shareability(page(firstPage)));
    return poison;
  }

  private static io.github.gmem4j.api.memory.PageIndex page(long index) {
    return new io.github.gmem4j.api.memory.PageIndex(index);
  }
}
