package io.github.gmem4j.policy.tdx.sept;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.github.gmem4j.api.memory.Accessor;
import io.github.gmem4j.api.policy.Granting;
import io.github.gmem4j.api.policy.HostAttempt;
import io.github.gmem4j.api.policy.HostReach;
import io.github.gmem4j.api.policy.PrivateAccess;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.policy.tdx.tdcall.PageSize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a reference that the host was left with reaches of a TD's page. Source: Linux {@code
 * Documentation/arch/x86/tdx.rst}, "Erratum"; no reader without the key gets at a byte, and a store
 * makes the TD's next use of the page a machine check.
 */
final class HostReachTest {
  private static final Gfn FRAME = new Gfn(3);

  private final Td td = new Td();

  private static HostAttempt load(Accessor by) {
    return new HostAttempt(by, HostAttempt.Direction.LOAD);
  }

  private static HostAttempt store(Accessor by) {
    return new HostAttempt(by, HostAttempt.Direction.STORE);
  }

  @ParameterizedTest
  @EnumSource
  void aLoadSeesNothingAndHarmsNothing(Accessor by) {
    FakeFolio page = td.accepted(3);

    assertEquals(HostReach.UNREADABLE, td.platform.reachedByHost(page, load(by)));

    assertEquals(PrivateAccess.REACHED, td.platform.access(FRAME));
  }

  @ParameterizedTest
  @EnumSource
  void aStoreIsAMachineCheckAtTheNextTouch(Accessor by) {
    FakeFolio page = td.accepted(3);
    td.accepted(4);

    assertEquals(HostReach.UNREADABLE, td.platform.reachedByHost(page, store(by)));

    assertInstanceOf(PrivateAccess.Fatal.class, td.platform.access(FRAME));
    assertEquals(PrivateAccess.REACHED, td.platform.access(new Gfn(4)));
  }

  @Test
  void aPageThatComesAgainIsWhole() {
    FakeFolio page = td.accepted(3);
    td.platform.reachedByHost(page, store(Accessor.DEVICE));

    td.platform.zapPrivate(GfnRange.of(3, 1));
    assertEquals(Granting.GRANTED, td.platform.makePrivate(FRAME, page));
    td.accept(3, PageSize.KIB_4);

    assertEquals(PrivateAccess.REACHED, td.platform.access(FRAME));
  }

  @ParameterizedTest
  @EnumSource
  void whatIsNotTheTdsIsTheHosts(Accessor by) {
    FakeFolio page = new FakeFolio(7);

    assertEquals(HostReach.EXPOSED, td.platform.reachedByHost(page, load(by)));
    assertEquals(HostReach.EXPOSED, td.platform.reachedByHost(page, store(by)));
  }
}
