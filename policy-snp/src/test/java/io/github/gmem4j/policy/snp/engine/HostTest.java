package io.github.gmem4j.policy.snp.engine;

import static io.github.gmem4j.api.memory.Shareability.PRIVATE;
import static io.github.gmem4j.api.memory.Shareability.SHARED;
import static io.github.gmem4j.policy.snp.engine.SnpVm.loaded;
import static io.github.gmem4j.policy.snp.engine.SnpVm.read;
import static io.github.gmem4j.policy.snp.engine.SnpVm.share;
import static io.github.gmem4j.policy.snp.engine.SnpVm.unshare;
import static io.github.gmem4j.policy.snp.engine.SnpVm.validate;
import static io.github.gmem4j.policy.snp.engine.SnpVm.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Signal;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.policy.snp.ghcb.PageSize;
import io.github.gmem4j.policy.snp.rmp.RmpCoverage;
import io.github.gmem4j.policy.snp.rmp.RmpFaults;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Edge cases 26 to 37: pages that the RMP stands in the way of, and what the host sees. */
final class HostTest {
  private static final ActionResult FULFILLED = new ActionResult.Fulfilled();
  private static final ActionResult STORED = new ActionResult.Stored();

  private final SnpVm vm = SnpVm.launched();

  @Test
  void c26_sharingWhatWasNeverTouchedUpdatesNothing() {
    assertTrue(vm.convert(0, 16 * 4096, SHARED).succeeded());

    assertEquals(0, vm.asked(RmpFaults.RMPUPDATE_INPUT));
    assertEquals(0, vm.load(0));
  }

  @Test
  void c27_aPageThatCannotBeTakenBackIsQuarantinedAndTheHostGetsAnother() {
    vm.run(validate(0), write(0, PRIVATE, 42));
    vm.fail(RmpFaults.RMPUPDATE_IN_USE, 1);

    assertEquals(List.of(FULFILLED), vm.run(share(0, 4096)));

    assertEquals(SHARED, vm.stateAt(0));
    assertEquals(0, vm.load(0));
    assertEquals(1, vm.rmp().assignedPages());
    vm.store(0, 7);
    assertEquals(List.of(loaded(7)), vm.run(read(0, SHARED)));
  }

  @Test
  void c28_anOverlapThatNeverEndsFailsTheGuestsFirstTouchAndNoMore() {
    vm.fail(RmpFaults.RMPUPDATE_OVERLAP, 96);

    Exit.Failed failed = assertInstanceOf(Exit.Failed.class, vm.runToTheEnd(validate(0)));

    assertEquals(Errno.EINVAL, failed.errno());
    assertEquals(96, vm.asked(RmpFaults.RMPUPDATE_OVERLAP));
    assertEquals(List.of(STORED), vm.run(validate(0), write(0, PRIVATE, 1)).subList(1, 2));
  }

  @Test
  void c30_aPageThatBelongsToAnotherFrameIsNoticed() {
    vm.run(validate(0), write(0, PRIVATE, 42));
    vm.vm.setMemory(SlotRequest.delete(0)).orThrow();
    long moved = 1L << 30;
    vm.vm.setMemory(SlotRequest.bind(0, new Gpa(moved), vm.memory)).orThrow();

    Exit.Failed failed = assertInstanceOf(Exit.Failed.class, vm.runToTheEnd(validate(moved)));

    assertEquals(Errno.EINVAL, failed.errno());
    vm.convert(0, 4096, SHARED);
    vm.convert(0, 4096, PRIVATE);
    assertEquals(STORED, vm.run(validate(moved), write(moved, PRIVATE, 1)).getLast());
  }

  @Test
  void c33_aLargeRequestOverAnAssignedPageIsValidatedPageByPage() {
    long region = 2L << 20;
    vm.run(validate(region + 9 * 4096), share(region + 9 * 4096, 4096));
    assertTrue(vm.convert(region, region, SHARED).succeeded());
    vm.convert(region, region, PRIVATE);
    vm.vcpu().prefault(GpaRange.of(region + 9 * 4096, 4096), 0);
    assertEquals(1, vm.rmp().assignedPages());

    assertEquals(List.of(FULFILLED), vm.run(unshare(region, region)));

    assertEquals(512, vm.rmp().assignedPages());
    assertEquals(512 + 1 + 1, vm.asked(RmpFaults.PVALIDATE_INPUT));
  }

  @Test
  void c34_aPageOutsideOfTheRmpCannotBecomePrivate() {
    SnpVm uncovered =
        SnpVm.launched(SnpVm.CONFIG.toBuilder().coverage(new RmpCoverage(0, 0)).build());

    Exit.Failed failed = assertInstanceOf(Exit.Failed.class, uncovered.runToTheEnd(validate(0)));

    assertEquals(Errno.EINVAL, failed.errno());
    assertTrue(uncovered.convert(0, 4096, SHARED).succeeded());
    assertEquals(List.of(STORED), uncovered.run(write(0, SHARED, 1)));
  }

  @Test
  void c35_anOldMappingOfTheHostIsGoneBeforeThePageIsPrivate() {
    vm.run(validate(0), share(0, 4096));
    vm.store(0, 1);
    vm.run(unshare(0, 4096), write(0, PRIVATE, 42));

    HostAccess.Fault fault =
        assertInstanceOf(HostAccess.Fault.class, vm.host.store(new ByteOffset(0), new byte[] {9}));

    assertEquals(Signal.SIGBUS, fault.signal());
    assertEquals(List.of(loaded(42)), vm.run(read(0, PRIVATE)));
  }

  @Test
  void c36_whatTheHostReadsOfAPrivatePageIsNeverWhatTheGuestWrote() {
    vm.run(validate(0), write(0, PRIVATE, 42));
    assertInstanceOf(HostAccess.Fault.class, vm.host.load(new ByteOffset(0), new byte[1]));

    vm.convert(0, 4096, SHARED);

    assertNotEquals(42, vm.load(0));
  }

  @Test
  void c37_aDeviceThatStillMapsAPageKeepsItFromBecomingPrivate() {
    vm.run(validate(0), share(0, 4096));
    Pin device = vm.pin(0, ReferenceKind.LONG_TERM);

    assertInstanceOf(ConversionOutcome.Blocked.class, vm.convert(0, 4096, PRIVATE));
    device.store(0, (byte) 7);

    assertEquals(7, vm.load(0));
    device.close();
    assertTrue(vm.convert(0, 4096, PRIVATE).succeeded());
    assertFalse(vm.host.pin(new PageIndex(0), ReferenceKind.LONG_TERM, "nic").succeeded());
  }

  @Test
  void theGuestFindsGarbageUntilItWrites() {
    vm.convert(0, 4096, SHARED);
    vm.store(0, 42);

    List<ActionResult> results =
        vm.run(unshare(0, 4096), read(0, PRIVATE), write(0, PRIVATE, 1), read(0, PRIVATE));

    assertNotEquals(loaded(42), results.get(1));
    assertEquals(loaded(1), results.get(3));
    assertEquals(PageSize.KIB_4, vm.rmp().at(0).size());
  }
}
