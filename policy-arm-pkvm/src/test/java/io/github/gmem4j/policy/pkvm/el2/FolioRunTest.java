package io.github.gmem4j.policy.pkvm.el2;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.gmem4j.policy.pkvm.hvc.HvcProfile;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Values that cannot be. */
final class FolioRunTest {
  @Test
  void aRunHasPagesThatFollowOnEachOther() {
    assertThrows(IllegalArgumentException.class, () -> new FolioRun(List.of()));
    assertThrows(
        IllegalArgumentException.class,
        () -> new FolioRun(List.of(new TestFolio(3), new TestFolio(5))));
  }

  @Test
  void aHandleHasSixteenBits() {
    assertThrows(IllegalArgumentException.class, () -> new VmHandle(-1));
    assertThrows(IllegalArgumentException.class, () -> new VmHandle(0x1_0000));
  }

  @Test
  void guestAddressesHave32To52Bits() {
    HypervisorConfig config = HypervisorConfig.of(HvcProfile.MAINLINE);
    assertThrows(IllegalArgumentException.class, () -> config.withIpaBits(31));
    assertThrows(IllegalArgumentException.class, () -> config.withIpaBits(53));
  }
}
