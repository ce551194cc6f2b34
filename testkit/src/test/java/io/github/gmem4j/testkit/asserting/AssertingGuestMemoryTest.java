package io.github.gmem4j.testkit.asserting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.memory.Blocker;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import io.github.gmem4j.testkit.rule.Rule;
import io.github.gmem4j.testkit.value.Blockers;
import io.github.gmem4j.testkit.value.Outcomes;
import io.github.gmem4j.testkit.world.GuestWorld;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the wrapper of a guest memory notices about it and about who calls it. */
class AssertingGuestMemoryTest {
  private static final ConversionRequest TO_PRIVATE =
      ConversionRequest.toPrivate(ByteRange.of(0x1000, 0x2000));

  private final GuestMemory memory = mock(GuestMemory.class);
  private final AssertingGuestMemory asserting = AssertingGuestMemory.of(memory);

  @BeforeEach
  void sixteenSharedPages() {
    when(memory.size()).thenReturn(new ByteCount(0x10000));
    when(memory.shareability(any())).thenReturn(Shareability.SHARED);
  }

  @Test
  void theEnginesMemoryKeepsTheRules() {
    GuestWorld world =
        GuestWorld.of(SoftwareProtectedPolicy.create()).initially(Shareability.SHARED).build();
    AssertingGuestMemory checked = AssertingGuestMemory.of(world.memory());
    HostMapping host = checked.map(checked.size()).orThrow();
    try (Pin pin = host.pin(new PageIndex(2), ReferenceKind.LONG_TERM, "vfio").orThrow()) {
      ConversionOutcome.Blocked blocked =
          assertInstanceOf(ConversionOutcome.Blocked.class, checked.convert(TO_PRIVATE));
      assertEquals(pin.page(), blocked.blockers().getFirst().page());
    }
    assertEquals(Outcomes.converted(Shareability.PRIVATE), checked.convert(TO_PRIVATE));
    assertEquals(Outcomes.alreadyThere(Shareability.PRIVATE), checked.convert(TO_PRIVATE));
    assertInstanceOf(HostAccess.Fault.class, host.load(GuestWorld.offset(1), new byte[1]));
    world.close();
  }

  @Test
  void nonsenseInARequestIsNoticed() {
    Broken.by(
        Rule.M1, () -> asserting.convert(ConversionRequest.toPrivate(ByteRange.of(1, 0x1000))));
    Broken.by(
        Rule.M1,
        () -> asserting.convert(ConversionRequest.toPrivate(ByteRange.of(0xf000, 0x2000))));
    Broken.by(Rule.M1, () -> asserting.convert(new ConversionRequest(TO_PRIVATE.range(), 1, 0, 0)));
  }

  @Test
  void aClosedViewThatIsUsedIsNoticed() {
    asserting.close();
    Broken.by(Rule.M2, () -> asserting.convert(TO_PRIVATE));
    Broken.by(Rule.M2, () -> asserting.map(new ByteCount(0x1000)));
  }

  @Test
  void aSuccessWithoutTheStateIsNoticed() {
    when(memory.convert(any())).thenReturn(Outcomes.converted(Shareability.PRIVATE));
    Broken.by(Rule.M3, () -> asserting.convert(TO_PRIVATE));
  }

  @Test
  void aFailureThatChangedSomethingIsNoticed() {
    when(memory.convert(any())).thenReturn(Outcomes.outOfMemory());
    when(memory.shareability(new PageIndex(2)))
        .thenReturn(Shareability.SHARED, Shareability.PRIVATE);
    Broken.by(Rule.M4, () -> asserting.convert(TO_PRIVATE));
  }

  @Test
  void blockersOutsideTheRangeAreNoticed() {
    when(memory.convert(any())).thenReturn(Outcomes.blockedBy(Blockers.of(9).build()));
    Broken.by(Rule.M5, () -> asserting.convert(TO_PRIVATE));
  }

  private static ConversionOutcome blockedAt(long page, Blocker... known) {
    return new ConversionOutcome.Blocked(new PageIndex(page).offset(), List.of(known));
  }

  @Test
  void theErrorOffsetIsThatOfTheFirstHolderWhereHeIsKnown() {
    Blocker one = Blockers.of(1).build();
    Blocker two = Blockers.of(2).build();
    when(memory.convert(any())).thenReturn(blockedAt(2, one, two));
    Broken.by(Rule.M5, () -> asserting.convert(TO_PRIVATE));
  }

  @Test
  void aHolderWhomOnlyTheKernelKnowsIsNotJudged() {
    for (ConversionOutcome right :
        List.of(
            blockedAt(1),
            blockedAt(1, Blockers.of(2).build()),
            blockedAt(2, Blockers.of(1).build()))) {
      when(memory.convert(any())).thenReturn(right);
      assertEquals(right, asserting.convert(TO_PRIVATE));
    }
  }

  @Test
  void anErrorOffsetOutsideTheRangeIsNoticedWhoeverHolds() {
    when(memory.convert(any())).thenReturn(blockedAt(9));
    Broken.by(Rule.M5, () -> asserting.convert(TO_PRIVATE));
  }

  @Test
  void aHostThatReachesAPrivatePageIsNoticed() {
    HostMapping mapping = mock(HostMapping.class);
    when(memory.map(any())).thenReturn(KernelResult.ok(mapping));
    when(mapping.load(any(), any())).thenReturn(HostAccess.DONE);
    when(memory.shareability(new PageIndex(3))).thenReturn(Shareability.PRIVATE);
    HostMapping checked = asserting.map(new ByteCount(0x10000)).orThrow();

    assertEquals(HostAccess.DONE, checked.load(new ByteOffset(0x2000), new byte[1]));
    Broken.by(Rule.M6, () -> checked.load(new ByteOffset(0x3000), new byte[1]));
    Broken.by(Rule.M6, () -> checked.load(new ByteOffset(0x2fff), new byte[2]));
  }
}
