package io.github.gmem4j.core.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.api.seam.FaultInjector;
import io.github.gmem4j.api.vm.VmListeners;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.core.Platforms;
import io.github.gmem4j.core.TestPolicy;
import io.github.gmem4j.core.kernel.HostKernel;
import io.github.gmem4j.core.kernel.KernelGeneration;
import java.time.InstantSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Which guest faults have to look again: those of the frames that change hands now, and all that
 * began before a change ended. Source: Linux {@code include/linux/kvm_host.h}, {@code
 * mmu_invalidate_retry_gfn}.
 */
class GuestMmuTest {
  private final GuestMmu mmu =
      new GuestMmu(
          VmType.CONFIDENTIAL,
          new HostKernel(
              KernelGeneration.IN_PLACE,
              InstantSource.system(),
              FaultInjector.NONE,
              RoadListener.NONE),
          TestPolicy.confidential(),
          new GuestRequests(),
          new VmListeners());

  @BeforeEach
  void thereIsAPlatform() {
    mmu.install(Platforms.agreeable());
  }

  private boolean isStale(long readAt, long gfn) {
    mmu.lock();
    try {
      return mmu.isStale(readAt, gfn);
    } finally {
      mmu.unlock();
    }
  }

  private void begin(long first, long end) {
    mmu.beginInvalidation(first, end);
    mmu.zapped();
  }

  @Test
  void nothingIsStaleWhereNothingChanges() {
    assertEquals(false, isStale(mmu.sequence(), 10));
  }

  @Test
  void framesThatChangeHandsNowAreStaleAndTheirNeighboursAreNot() {
    begin(10, 20);
    long during = mmu.sequence();

    assertEquals(false, isStale(during, 9));
    assertEquals(true, isStale(during, 10));
    assertEquals(true, isStale(during, 19));
    assertEquals(false, isStale(during, 20));
  }

  @Test
  void changesAtTheSameTimeCoverWhatLiesBetween() {
    begin(10, 20);
    begin(30, 40);
    begin(5, 6);
    long during = mmu.sequence();

    assertEquals(false, isStale(during, 4));
    assertEquals(true, isStale(during, 5));
    assertEquals(true, isStale(during, 25));
    assertEquals(true, isStale(during, 39));
    assertEquals(false, isStale(during, 40));
  }

  @Test
  void everythingReadBeforeAChangeEndedIsStale() {
    long before = mmu.sequence();
    begin(10, 20);
    mmu.endInvalidation();

    assertEquals(true, isStale(before, 100));
    assertEquals(false, isStale(mmu.sequence(), 15));
  }
}
