package io.github.gmem4j.policy.snp.rmp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.github.gmem4j.api.memory.Accessor;
import io.github.gmem4j.api.policy.Granting;
import io.github.gmem4j.api.policy.HostAttempt;
import io.github.gmem4j.api.policy.HostAttempt.Direction;
import io.github.gmem4j.api.policy.HostReach;
import io.github.gmem4j.api.vm.Gfn;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a reference that the host was left with reaches of an assigned page. */
final class HostReachTest {
  private final RmpPlatform platform = new RmpPlatform(new FakeHost(), RmpCoverage.ALL);
  private final FakeFolio page = new FakeFolio(7);

  private HostReach reach(Accessor by, Direction direction) {
    return platform.reachedByHost(page, new HostAttempt(by, direction));
  }

  private void isAssigned() {
    assertEquals(Granting.GRANTED, platform.makePrivate(new Gfn(3), page));
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("drivers/iommu/amd/iommu.c, amd_iommu_report_rmp_fault: the IOMMU aborts DMA")
  void theIommuAbortsWhatADeviceDoes(Direction direction) {
    isAssigned();

    assertInstanceOf(HostReach.Blocked.class, reach(Accessor.DEVICE, direction));
  }

  @Test
  @DisplayName("APM volume 2, 15.36.10: stores are checked, loads are not")
  void aCpuLoadsCiphertextAndStoresNothing() {
    isAssigned();

    assertEquals(HostReach.UNREADABLE, reach(Accessor.CPU, Direction.LOAD));
    assertInstanceOf(HostReach.Blocked.class, reach(Accessor.CPU, Direction.STORE));
  }

  @ParameterizedTest
  @EnumSource
  void whatIsNotAssignedIsTheHosts(Accessor by) {
    assertEquals(HostReach.EXPOSED, reach(by, Direction.LOAD));

    isAssigned();
    platform.makeShared(page);

    assertEquals(HostReach.EXPOSED, reach(by, Direction.STORE));
  }
}
