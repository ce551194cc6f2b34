package io.github.gmem4j.api.policy;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.CALLS_REAL_METHODS;
import static org.mockito.Mockito.mock;

import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.VmType;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Values and defaults of the policy SPI. */
class PolicyValuesTest {
  private static final VcpuView VCPU = new VcpuView(0, false, false, false);

  @ParameterizedTest
  @ValueSource(strings = {"a", "x86-tdx", "arm-pkvm", "snp", "a1-2-b3"})
  void policyNamesAreWordsJoinedBySingleDashes(String name) {
    assertEquals(name, traits(name).name());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-a", "a-", "a--b", "A", "1a", "a b", "a_b", "ä"})
  void otherNamesAreIllegal(String name) {
    assertThrows(IllegalArgumentException.class, () -> traits(name));
  }

  @Test
  void nameHasAtMostSixtyFourCharacters() {
    assertDoesNotThrow(() -> traits("a".repeat(PolicyTraits.MAX_NAME_LENGTH)));
    assertThrows(
        IllegalArgumentException.class, () -> traits("a".repeat(PolicyTraits.MAX_NAME_LENGTH + 1)));
  }

  @Test
  void implicitLimitIsAtLeastOne() {
    assertEquals(1, new ImplicitRule(true, 1).limit());
    assertThrows(IllegalArgumentException.class, () -> new ImplicitRule(true, 0));
    assertEquals(16, ImplicitRule.CONVERT.limit());
  }

  @Test
  void holdNeedsAnAttemptAndNoNegativePause() {
    assertDoesNotThrow(() -> new RetryRule.Hold(Duration.ZERO, 1, RetryRule.GIVE_UP));
    assertThrows(
        IllegalArgumentException.class,
        () -> new RetryRule.Hold(Duration.ZERO, 0, RetryRule.GIVE_UP));
    assertThrows(
        IllegalArgumentException.class,
        () -> new RetryRule.Hold(Duration.ofNanos(-1), 1, RetryRule.GIVE_UP));
  }

  @Test
  void faultLeavesRunByDefaultAndIsTriedAgain() {
    KvmSeat seat = mock(KvmSeat.class, CALLS_REAL_METHODS);
    GuestFault fault = GuestFault.of(new Gfn(1), Shareability.PRIVATE, GuestFault.Cause.MISMATCH);

    assertEquals(new Step.Leave(fault.toExit(), Pending.NONE), seat.onFault(VCPU, fault));
  }

  @Test
  void policyThatNeverConvertsInsideRunRejectsAnOutcome() {
    KvmSeat seat = mock(KvmSeat.class, CALLS_REAL_METHODS);
    ConversionOutcome outcome = new ConversionOutcome.Converted(Shareability.SHARED);

    IllegalStateException thrown =
        assertThrows(
            IllegalStateException.class, () -> seat.onConverted(VCPU, Pending.NONE, outcome));

    assertTrue(thrown.toString().contains("nothing pending"), thrown::toString);
  }

  @Test
  void vmmConvertsAndKeepsByDefault() {
    VmmSeat seat = mock(VmmSeat.class, CALLS_REAL_METHODS);

    assertSame(ImplicitRule.CONVERT, seat.implicitRule());
    assertEquals(AfterPartial.KEEP, seat.afterPartial(Shareability.SHARED));
  }

  @Test
  void platformWithoutALaunchObjectsToNothingAndDeniesAnImage() {
    Platform platform = mock(Platform.class, CALLS_REAL_METHODS);

    assertEquals(Optional.empty(), platform.objectionToSharing(mock(Folio.class)));
    assertFalse(platform.ownsWhatItShares());
    for (SlotChange change : SlotChange.values()) {
      assertEquals(Optional.empty(), platform.refusalOfSlot(change, 0));
    }
    assertInstanceOf(
        Granting.Denied.class, platform.populate(new Gfn(0), mock(Folio.class), Optional.empty()));
    assertTrue(platform.allowsPrefault());
    assertEquals(Optional.empty(), platform.objectionToRunning());
    assertDoesNotThrow(platform::finalizeLaunch);
    assertDoesNotThrow(() -> platform.enter(0));
    assertDoesNotThrow(() -> platform.leave(0));
  }

  @Test
  void obstacleIsPagesOrAParticipant() {
    ConversionOutcome.Blocked blocked = new ConversionOutcome.Blocked(ByteOffset.ZERO, List.of());

    assertEquals(Optional.of(blocked), Settlement.Obstacle.held(blocked).outcome());
    assertEquals(Optional.empty(), Settlement.Obstacle.held(blocked).participant());
    assertEquals(Optional.of("iommu"), Settlement.Obstacle.needsTime("iommu").participant());
    assertEquals(Optional.empty(), Settlement.Obstacle.needsTime("iommu").outcome());
  }

  private static PolicyTraits traits(String name) {
    return new PolicyTraits(name, VmType.CONFIDENTIAL, PolicyTraits.Converter.VMM, "x");
  }

  @Test
  void retryRuleKnowsTheLongestTimeThatItHoldsAVcpu() {
    RetryRule second = new RetryRule.Hold(Duration.ofSeconds(2), 3, RetryRule.GIVE_UP);
    RetryRule first = new RetryRule.Hold(Duration.ofMillis(5), 200, second);

    assertEquals(Duration.ofSeconds(7), first.longest());
    assertEquals(Duration.ZERO, RetryRule.GIVE_UP.longest());
    assertEquals(Duration.ZERO, RetryRule.ANSWER_RETRY.longest());
  }

  @Test
  void retryRuleAtTheLimitOfTimeIsLegalAndOneNanosecondMoreIsNot() {
    Duration most = RetryRule.Hold.LONGEST;
    RetryRule last = new RetryRule.Hold(Duration.ofNanos(1), 1, RetryRule.GIVE_UP);

    assertEquals(most, new RetryRule.Hold(most, 1, RetryRule.GIVE_UP).longest());
    assertEquals(most, new RetryRule.Hold(most.minusNanos(1), 1, last).longest());
    assertThrows(
        IllegalArgumentException.class,
        () -> new RetryRule.Hold(most.plusNanos(1), 1, RetryRule.GIVE_UP));
    assertThrows(IllegalArgumentException.class, () -> new RetryRule.Hold(most, 1, last));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new RetryRule.Hold(
                Duration.ofSeconds(Long.MAX_VALUE), Integer.MAX_VALUE, RetryRule.GIVE_UP));
  }
}
