package io.github.gmem4j.policy.tdx.engine;

import static io.github.gmem4j.api.memory.Shareability.PRIVATE;
import static io.github.gmem4j.api.memory.Shareability.SHARED;
import static io.github.gmem4j.policy.tdx.engine.TestTd.MIB;
import static io.github.gmem4j.policy.tdx.engine.TestTd.loaded;
import static io.github.gmem4j.policy.tdx.engine.TestTd.read;
import static io.github.gmem4j.policy.tdx.engine.TestTd.share;
import static io.github.gmem4j.policy.tdx.engine.TestTd.unshare;
import static io.github.gmem4j.policy.tdx.engine.TestTd.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.policy.tdx.GuestFlavour;
import io.github.gmem4j.policy.tdx.TdxConfig;
import io.github.gmem4j.policy.tdx.sept.PageReset;
import io.github.gmem4j.policy.tdx.tdcall.PageSize;
import io.github.gmem4j.policy.tdx.tdcall.TdCall;
import io.github.gmem4j.policy.tdx.tdcall.TdCallResult;
import io.github.gmem4j.policy.tdx.tdcall.TdxStatus;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Contents and references when the guest converts. */
final class ConversionTest {
  private static final ActionResult FULFILLED = new ActionResult.Fulfilled();
  private static final ActionResult STORED = new ActionResult.Stored();

  private final TestTd td = TestTd.launched();

  private Pin pin(long page, ReferenceKind kind) {
    return td.host.pin(new PageIndex(page), kind, "nic").orThrow();
  }

  private static GuestAction accept(long gpa) {
    return new GuestAction.Execute(new TdCall.AcceptPage(new Gpa(gpa), PageSize.KIB_4));
  }

  @Test
  @DisplayName("edge 24: one reference keeps the whole range shared and readable")
  void oneReferenceKeepsTheWholeRangeShared() {
    td.convert(0, 16 * 4096, SHARED);
    td.store(3 * 4096, 42);
    Pin pin = pin(5, ReferenceKind.LONG_TERM);

    ConversionOutcome.Blocked blocked =
        assertInstanceOf(ConversionOutcome.Blocked.class, td.convert(0, 16 * 4096, PRIVATE));

    assertEquals(new ByteOffset(5 * 4096), blocked.errorOffset());
    assertEquals("nic", blocked.blockers().getFirst().holder());
    for (long page = 0; page < 16; page++) {
      assertEquals(SHARED, td.stateAt(page * 4096));
      assertEquals(page == 3 ? 42 : 0, td.load(page * 4096));
    }
    pin.close();
  }

  @Test
  @DisplayName("edge 25: once the reference is dropped the held vCPU goes on and succeeds")
  void onceTheReferenceIsDroppedTheGuestSucceeds() {
    td.run(share(0, 4096));
    Pin pin = pin(0, ReferenceKind.SHORT_TERM);
    td.duringWaits.add(() -> {});
    td.duringWaits.add(pin::close);

    assertEquals(List.of(FULFILLED), td.run(unshare(0, 4096)));

    assertEquals(2, td.waits());
    assertEquals(PRIVATE, td.stateAt(0));
  }

  @Test
  @DisplayName("edge 26: an IOMMU mapping blocks until it is gone, and then DMA has no way in")
  void anIommuMappingBlocksUntilItIsGone() {
    td.run(share(0, 2 * MIB));
    Pin dma = pin(7, ReferenceKind.LONG_TERM);

    ActionResult result = td.run(unshare(0, 2 * MIB)).getFirst();

    assertInstanceOf(ActionResult.GaveUp.class, result);
    assertEquals(TdxConfig.HOLD_ATTEMPTS, td.waits());
    assertEquals(SHARED, td.stateAt(7 * 4096));

    dma.close();
    assertEquals(List.of(FULFILLED), td.run(unshare(0, 2 * MIB)));
    assertEquals(false, td.host.pin(new PageIndex(7), ReferenceKind.LONG_TERM, "nic").succeeded());
  }

  @Test
  @DisplayName("edge 27: asking again for what is private and accepted keeps the data")
  void askingAgainForWhatIsPrivateKeepsTheData() {
    List<ActionResult> results =
        td.run(accept(0), write(0, PRIVATE, 42), unshare(0, 4096), read(0, PRIVATE), accept(0));

    assertInstanceOf(ActionResult.GaveUp.class, results.get(2));
    assertEquals(loaded(42), results.get(3));
    assertEquals(
        new ActionResult.Executed(
            new TdCallResult(TdxStatus.PAGE_ALREADY_ACCEPTED.at(PageSize.KIB_4))),
        results.get(4));
  }

  @Test
  @DisplayName("edge 28: sharing what was never touched succeeds and reads as zeroes")
  void sharingWhatWasNeverTouchedSucceeds() {
    assertEquals(List.of(FULFILLED), td.run(share(0, 2 * MIB)));

    assertEquals(0, td.load(4096));
  }

  @Test
  @DisplayName("edge 29: a page that waits for its accept can be shared")
  void aPageThatWaitsForItsAcceptCanBeShared() {
    assertEquals(4096, td.vcpu().prefault(GpaRange.of(0, 4096), 0).next().value());

    assertEquals(
        List.of(FULFILLED, STORED, loaded(1)),
        td.run(share(0, 4096), write(0, SHARED, 1), read(0, SHARED)));
  }

  @Test
  @DisplayName("edge 35: what went to shared and back reads as zeroes")
  void whatWentToSharedAndBackReadsAsZeroes() {
    List<ActionResult> results =
        td.run(
            accept(0),
            write(0, PRIVATE, 42),
            share(0, 4096),
            write(0, SHARED, 43),
            unshare(0, 4096),
            read(0, PRIVATE));

    assertEquals(loaded(0), results.getLast());
  }

  @Test
  @DisplayName("edge 36: the host finds its own bytes again if the guest never touched the page")
  void theHostFindsItsOwnBytesAgain() {
    td.convert(0, 4096, SHARED);
    td.store(0, 42);

    td.convert(0, 4096, PRIVATE);
    td.convert(0, 4096, SHARED);

    assertEquals(42, td.load(0));
  }

  @Test
  void theHostNeverFindsWhatTheGuestWrotePrivately() {
    td.run(accept(0), write(0, PRIVATE, 42), share(0, 4096));

    assertNotEquals(42, td.load(0));
  }

  @Test
  void onProcessorsWithTheErratumTheHostFindsZeroes() {
    TestTd sapphireRapids =
        TestTd.launched(TdxConfig.DEFAULT.toBuilder().pageReset(PageReset.ZERO).build());

    sapphireRapids.run(accept(0), write(0, PRIVATE, 42), share(0, 4096));

    assertEquals(0, sapphireRapids.load(0));
  }

  @Test
  @DisplayName("edge 49: a request for 2 MiB is accepted page by page where KVM maps 4 KiB")
  void aRequestFor2MIsAcceptedPageByPage() {
    assertEquals(
        List.of(FULFILLED, loaded(0)), td.run(unshare(2 * MIB, 2 * MIB), read(3 * MIB, PRIVATE)));
  }

  @ParameterizedTest
  @EnumSource
  void everyGuestKernelMakesTheRoundTrip(GuestFlavour guest) {
    TestTd other = TestTd.launched(TdxConfig.DEFAULT.toBuilder().guest(guest).build());

    List<ActionResult> results =
        other.run(
            share(MIB, 2 * MIB),
            write(2 * MIB, SHARED, 42),
            read(2 * MIB, SHARED),
            unshare(MIB, 2 * MIB),
            read(2 * MIB, PRIVATE));

    assertEquals(List.of(FULFILLED, STORED, loaded(42), FULFILLED, loaded(0)), results);
  }

  @Test
  void addressesOf52BitsWorkTheSameWay() {
    TestTd wide = TestTd.launched(TdxConfig.DEFAULT.toBuilder().guestAddressBits(52).build());

    assertEquals(List.of(FULFILLED, FULFILLED), wide.run(share(0, 4096), unshare(0, 4096)));
  }
}
