package org.example.armcca;

import static io.github.gmem4j.api.memory.Shareability.PRIVATE;
import static io.github.gmem4j.api.memory.Shareability.SHARED;
import static org.example.armcca.RsiCall.CHANGE_DESTROYED;
import static org.example.armcca.TestRealm.DESTROYED;
import static org.example.armcca.TestRealm.EMPTY;
import static org.example.armcca.TestRealm.NO_CHANGE_DESTROYED;
import static org.example.armcca.TestRealm.RAM;
import static org.example.armcca.TestRealm.accepted;
import static org.example.armcca.TestRealm.gpa;
import static org.example.armcca.TestRealm.rejected;
import static org.example.armcca.TestRealm.set;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.clearInvocations;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;

import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.guest.PlatformInstruction;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.policy.Execution;
import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.policy.Granting;
import io.github.gmem4j.api.policy.Interception;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.policy.PlatformHost;
import io.github.gmem4j.api.policy.PrivateAccess;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GfnRange;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The Realm Management Monitor by itself, with a VM and pages that are mocks. */
class RealmPlatformTest {
  private final PlatformHost host = mock(PlatformHost.class);
  private final Platform platform = new ArmCcaPolicy().createPlatform(host);
  private final Folio folio = mock(Folio.class);

  private static Gfn gfn(long page) {
    return gpa(page).gfn();
  }

  private static GfnRange gfns(long page, long count) {
    return new GfnRange(gfn(page), new PageCount(count));
  }

  private RsiCall.Result answered(RsiCall call) {
    var answer = assertInstanceOf(Interception.Answered.class, platform.intercept(0, call));
    return assertInstanceOf(RsiCall.Result.class, answer.result());
  }

  /** The Realm asks, KVM applies up to a page and enters with a response. */
  private RsiCall.Result completed(RsiCall call, long upTo, long response) {
    assertEquals(Interception.PASSED, platform.intercept(0, call));
    GuestResult entry = new RsiCall.Result(0, gpa(upTo).value(), response);
    return assertInstanceOf(RsiCall.Result.class, platform.returned(0, call, entry).orElseThrow());
  }

  private void make(long page, long count, long ripas) {
    assertEquals(
        accepted(page + count),
        completed(set(page, count, ripas, CHANGE_DESTROYED), page + count, 0));
  }

  private void destroy(long page) {
    make(page, 1, RAM);
    assertEquals(Granting.GRANTED, platform.makePrivate(gfn(page), mock(Folio.class)));
    platform.zapPrivate(gfns(page, 1));
  }

  private long ripasOf(long page) {
    return answered(new RsiCall(RsiCall.GET, gpa(page).value(), gpa(page + 1).value(), 0, 0))
        .answer();
  }

  @Test
  void n47_rejectionAfterHalfTellsWhereTheRestBegins() {
    make(0, 4, EMPTY);

    assertEquals(
        rejected(2), completed(set(0, 4, RAM, CHANGE_DESTROYED), 2, RsiCall.Result.REJECT));

    assertEquals(RAM, ripasOf(1));
    assertEquals(EMPTY, ripasOf(2));
  }

  @Test
  void n46_rejectionOfEmptyOrOfWhatIsDoneIsNotHeard() {
    assertEquals(
        accepted(2), completed(set(0, 4, EMPTY, CHANGE_DESTROYED), 2, RsiCall.Result.REJECT));
    assertEquals(
        accepted(4), completed(set(0, 4, RAM, CHANGE_DESTROYED), 4, RsiCall.Result.REJECT));
  }

  @ParameterizedTest
  @CsvSource({
    "EMPTY, 1, 0, 1",
    "EMPTY, 1, 1, 1",
    "EMPTY, 0, 0, 0",
    "RAM, 1, 0, 1",
    "RAM, 1, 1, 1",
    "RAM, 0, 0, 0",
    "DESTROYED, 1, 0, 2",
    "DESTROYED, 1, 1, 1",
    "DESTROYED, 0, 0, 2",
    "DESTROYED, 0, 1, 0"
  })
  void statesChangeAsTheTableSays(String from, long to, long flags, long then) {
    switch (from) {
      case "EMPTY" -> make(0, 1, EMPTY);
      case "RAM" -> make(0, 1, RAM);
      default -> destroy(0);
    }

    RsiCall.Result result = completed(set(0, 1, to, flags), 1, RsiCall.Result.ACCEPT);

    assertEquals(then, ripasOf(0));
    assertEquals(accepted(then == to ? 1 : 0), result);
  }

  @Test
  void destroyedPageWithoutConsentStopsARangeThere() {
    make(0, 8, EMPTY);
    destroy(5);

    assertEquals(accepted(5), completed(set(0, 8, RAM, NO_CHANGE_DESTROYED), 8, 0));

    assertEquals(RAM, ripasOf(4));
    assertEquals(DESTROYED, ripasOf(5));
    assertEquals(EMPTY, ripasOf(6));
  }

  @Test
  void stateIsToldWithItsReach() {
    make(2, 3, EMPTY);
    make(5, 1, EMPTY);
    long base = gpa(0).value();
    long top = gpa(16).value();

    assertEquals(
        new RsiCall.Result(0, gpa(2).value(), RAM),
        answered(new RsiCall(RsiCall.GET, base, top, 0, 0)));
    assertEquals(
        new RsiCall.Result(0, gpa(6).value(), EMPTY),
        answered(new RsiCall(RsiCall.GET, gpa(2).value(), top, 0, 0)));
    assertEquals(
        new RsiCall.Result(0, gpa(3).value(), EMPTY),
        answered(new RsiCall(RsiCall.GET, gpa(2).value(), gpa(3).value(), 0, 0)));
  }

  @ParameterizedTest
  @CsvSource({
    "0x80000000, 0x80001000, 2, a state that only the host brings about",
    "0x80000000, 0x80001000, -1, no state at all",
    "0x80000800, 0x80001000, 1, an unaligned base",
    "0x80000000, 0x80001001, 1, an unaligned top",
    "0x80001000, 0x80001000, 1, nothing",
    "0x80001000, 0x80000000, 1, an inverted range",
    "0x7ffffffff000, 0x800000001000, 1, a range that leaves the protected half",
    "0x800080000000, 0x800080001000, 0, the other alias",
    "-4096, 4096, 0, a range that wraps",
  })
  void unacceptableArgumentsAreAnsweredByTheRmm(String base, String top, long ripas, String what) {
    RsiCall call = new RsiCall(RsiCall.SET, Long.decode(base), Long.decode(top), ripas, 0);

    assertEquals(new RsiCall.Result(1, 0, 0), answered(call), what);
    assertEquals(Optional.empty(), platform.returned(0, call, accepted(1)));
  }

  @Test
  void protectedHalfMayBeAskedForToItsEnd() {
    RsiCall all = new RsiCall(RsiCall.SET, 0, RsiCall.ALIAS, EMPTY, 0);

    assertEquals(Interception.PASSED, platform.intercept(0, all));
    assertEquals(
        Optional.of(new RsiCall.Result(0, RsiCall.ALIAS, 0)),
        platform.returned(0, all, new RsiCall.Result(0, RsiCall.ALIAS, 0)));

    assertEquals(EMPTY, ripasOf(0));
  }

  @Test
  void requestsOfTwoRecsAreKeptApart() {
    RsiCall toEmpty = set(0, 1, EMPTY, 0);
    RsiCall toRam = set(4, 1, RAM, 0);
    platform.intercept(0, toEmpty);
    platform.intercept(1, toRam);

    assertEquals(Optional.of(accepted(5)), platform.returned(1, toRam, accepted(5)));
    assertEquals(Optional.of(accepted(1)), platform.returned(0, toEmpty, accepted(1)));
    assertEquals(Optional.empty(), platform.returned(0, toEmpty, accepted(1)));
  }

  @Test
  void unknownCallIsPassedOnAndItsResultLeftAlone() {
    GuestCall unknown = new RsiCall(0xC400019AL, 0, 0, 0, 0);

    assertEquals(Interception.PASSED, platform.intercept(0, unknown));
    assertEquals(Interception.PASSED, platform.intercept(0, new GuestCall() {}));
    assertEquals(Optional.empty(), platform.returned(0, unknown, accepted(0)));
  }

  @Test
  void pageIsZeroedWhenItComesAndWhenItGoes() {
    assertEquals(Granting.GRANTED, platform.makePrivate(gfn(0), folio));
    verify(folio, times(1)).zero();
    assertEquals(Granting.GRANTED, platform.makePrivate(gfn(0), folio));
    verify(folio, times(1)).zero();
    assertEquals(PrivateAccess.REACHED, platform.access(gfn(0)));

    platform.zapPrivate(gfns(0, 4));

    verify(folio, times(2)).zero();
    assertEquals(PrivateAccess.NOT_MAPPED, platform.access(gfn(0)));
    assertEquals(DESTROYED, ripasOf(0));
    assertEquals(RAM, ripasOf(1));
  }

  @Test
  void pageThatBecomesEmptyIsTakenAwayAndZeroed() {
    platform.makePrivate(gfn(0), folio);
    clearInvocations(folio);

    make(0, 1, EMPTY);

    verify(folio).zero();
    assertEquals(PrivateAccess.NOT_MAPPED, platform.access(gfn(0)));
    assertTrue(platform.exceptionFor(gfn(0), PRIVATE).isPresent());
    assertEquals(Optional.empty(), platform.exceptionFor(gfn(0), SHARED));
  }

  @Test
  void onlyRamTakesAPage() {
    make(0, 1, EMPTY);
    destroy(1);

    assertInstanceOf(Granting.Denied.class, platform.makePrivate(gfn(0), folio));
    assertInstanceOf(Granting.Denied.class, platform.makePrivate(gfn(1), folio));

    verify(folio, never()).zero();
    assertEquals(Optional.empty(), platform.exceptionFor(gfn(1), PRIVATE));
  }

  @Test
  void delegatedPageIsOneFramesUntilItIsGivenBack() {
    platform.makePrivate(gfn(0), folio);
    assertInstanceOf(Granting.Denied.class, platform.makePrivate(gfn(1), folio));
    assertInstanceOf(Granting.Denied.class, platform.makePrivate(gfn(0), mock(Folio.class)));
    platform.zapPrivate(gfns(0, 1));
    assertInstanceOf(Granting.Denied.class, platform.makePrivate(gfn(1), folio));

    platform.makeShared(folio);

    assertEquals(Granting.GRANTED, platform.makePrivate(gfn(1), folio));
    platform.zapPrivate(gfns(1, 1));
    platform.reclaim(folio);
    assertEquals(Granting.GRANTED, platform.makePrivate(gfn(2), folio));
  }

  @Test
  void teardownZeroesWhatTheRealmHas() {
    platform.makePrivate(gfn(0), folio);
    clearInvocations(folio);

    platform.teardown();

    verify(folio).zero();
  }

  @Test
  void realmHasNoInstructionsAndTheVmIsNeverBothered() {
    assertInstanceOf(Execution.Excepted.class, platform.execute(new PlatformInstruction() {}));
    verifyNoInteractions(host);
  }
}
