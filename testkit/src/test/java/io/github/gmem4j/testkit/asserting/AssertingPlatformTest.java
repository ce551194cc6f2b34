package io.github.gmem4j.testkit.asserting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.policy.Granting;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.policy.PrivateAccess;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.testkit.rule.Rule;
import io.github.gmem4j.testkit.rule.RuleBroken;
import io.github.gmem4j.testkit.world.PlainFolio;
import io.github.gmem4j.testkit.world.StandaloneHost;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the wrapper of a platform notices about it and about who calls it. */
class AssertingPlatformTest {
  private static final Gfn FRAME = new Gfn(0x100);
  private static final GfnRange FRAMES = GfnRange.of(0x100, 1);

  private final Platform platform = mock(Platform.class);
  private final StandaloneHost host = new StandaloneHost();
  private final AssertingPlatformHost checkedHost = new AssertingPlatformHost(host);
  private final AssertingPlatform asserting = new AssertingPlatform(platform, checkedHost);
  private final PlainFolio folio = new PlainFolio(7);

  @BeforeEach
  void grantEverything() {
    when(platform.makePrivate(any(), any())).thenReturn(Granting.GRANTED);
    when(platform.access(any())).thenReturn(PrivateAccess.REACHED);
  }

  @Test
  void theUsualOrderIsFine() {
    asserting.makePrivate(FRAME, folio);
    assertEquals(PrivateAccess.REACHED, asserting.access(FRAME));
    assertEquals(Set.of(7L), asserting.ownedPages());
    asserting.zapPrivate(FRAMES);
    asserting.makeShared(folio);
    assertEquals(Set.of(), asserting.ownedPages());
    asserting.teardown();
    asserting.reclaim(folio);
  }

  @Test
  void anExceptionFromWhatCannotFailIsNoticed() {
    doThrow(new IllegalStateException("firmware is busy")).when(platform).makeShared(any());

    Broken.by(Rule.F2, () -> asserting.makeShared(folio));
  }

  @Test
  void takingBackAPageThatIsStillMappedIsNoticed() {
    asserting.makePrivate(FRAME, folio);

    Broken.by(Rule.F10, () -> asserting.makeShared(folio));
    Broken.by(Rule.F10, () -> asserting.reclaim(folio));
  }

  @Test
  void accessToAFrameThatWasNeverGrantedOrIsZappedIsNoticed() {
    Broken.by(Rule.F11, () -> asserting.access(FRAME));
    asserting.makePrivate(FRAME, folio);
    asserting.zapPrivate(FRAMES);

    Broken.by(Rule.F11, () -> asserting.access(FRAME));
  }

  @Test
  void aCallAfterTheTeardownIsNoticed() {
    asserting.teardown();

    Broken.by(Rule.F12, () -> asserting.makePrivate(FRAME, folio));
    Broken.by(Rule.F12, () -> asserting.makeShared(folio));
  }

  @Test
  void aPageIsQuarantinedOnlyWhileItIsTakenBack() {
    PlainFolio other = new PlainFolio(8);
    doAnswer(
            call -> {
              checkedHost.quarantine(other, "of another page");
              return null;
            })
        .when(platform)
        .makeShared(any());

    Broken.by(Rule.F8, () -> checkedHost.quarantine(folio, "out of the blue"));
    Broken.by(Rule.F8, () -> asserting.makeShared(folio));
  }

  @Test
  void twoThreadsAtOnceAreNoticed() throws InterruptedException {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch mayLeave = new CountDownLatch(1);
    doAnswer(
            call -> {
              inside.countDown();
              mayLeave.await();
              return null;
            })
        .when(platform)
        .finalizeLaunch();
    AtomicReference<Throwable> ofTheFirst = new AtomicReference<>();
    Thread first = new Thread(asserting::finalizeLaunch);
    first.setUncaughtExceptionHandler((thread, thrown) -> ofTheFirst.set(thrown));
    first.start();
    inside.await();

    RuleBroken[] broken = new RuleBroken[1];
    try {
      asserting.access(FRAME);
    } catch (RuleBroken e) {
      broken[0] = e;
    }
    Broken.by(Rule.F9, () -> asserting.makePrivate(FRAME, folio));
    mayLeave.countDown();
    first.join();
    assertEquals(null, ofTheFirst.get());
    assertEquals(Rule.F11, broken[0].rule());
  }
}
