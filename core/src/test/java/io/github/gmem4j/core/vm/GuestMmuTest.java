package io.github.gmem4j.core.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.api.seam.FaultInjector;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.api.vm.VmListeners;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.Platforms;
import io.github.gmem4j.core.TestPolicy;
import io.github.gmem4j.core.World;
import io.github.gmem4j.core.kernel.HostKernel;
import io.github.gmem4j.core.kernel.KernelGeneration;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
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

  @Test
  void vcpusThatWereClosedAreForgottenByTheirVm() {
    World world = World.inPlace();
    GuestMmu known = ((InMemoryVm) world.vm()).mmu();

    for (int i = 0; i < 20_000; i++) {
      Vcpu vcpu = world.vm().createVcpu(GuestProgram.of());
      assertEquals(new Exit.Halt(), vcpu.run());
      vcpu.close();
      vcpu.close();
    }

    assertEquals(1, known.vcpuCount(), "the one that is not closed");
    world.vcpu().close();
    assertEquals(0, known.vcpuCount());
  }

  @Test
  void vcpuThatIsClosedFromWithinIsForgottenWhenItHasLeft() {
    AtomicReference<Vcpu> inside = new AtomicReference<>();
    VirtualMachine vm =
        Engine.builder()
            .listener(event -> {
              if (event instanceof RoadEvent.RunEntered) {
                inside.get().close();
              }
            })
            .build()
            .createVm(SoftwareProtectedPolicy.create());
    inside.set(vm.createVcpu(GuestProgram.of()));

    inside.get().run();

    assertEquals(0, ((InMemoryVm) vm).mmu().vcpuCount());
  }
}
