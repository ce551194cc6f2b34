package io.github.gmem4j.backend.kvm.vcpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.KickWatch;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.backend.kvm.fake.FakeHost;
import io.github.gmem4j.backend.kvm.fake.FakeKernel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One who holds a vCPU outside KVM_RUN learns of kicks and of the end. */
class KickWatchTest {
  private final FakeHost host = FakeHost.of(FakeKernel.Generation.IN_PLACE);
  private final Vcpu vcpu = host.vm().createVcpu(GuestProgram.of());
  // What each wake-up found: kicked, closed.
  private final List<List<Boolean>> seen = new ArrayList<>();

  @AfterEach
  void nothingIsLeft() {
    vcpu.close();
    host.close();
  }

  private KickWatch watch() {
    return vcpu.onKick(() -> seen.add(List.of(vcpu.isKicked(), vcpu.isClosed())));
  }

  @Test
  void holderIsToldOfAKickThatTheNextRunTakes() {
    KickWatch watch = watch();
    vcpu.kick();

    assertEquals(List.of(List.of(true, false)), seen);
    assertTrue(vcpu.isKicked());
    assertEquals(new Exit.Interrupted(), vcpu.run());
    assertFalse(vcpu.isKicked());
    assertEquals(new Exit.Halt(), vcpu.run());
    watch.close();
  }

  @Test
  void holderIsToldThatTheVcpuWasClosed() {
    KickWatch watch = watch();
    vcpu.close();

    assertEquals(List.of(List.of(false, true)), seen);
    watch.close();
  }

  @Test
  void holderIsToldThatTheVmWasClosed() {
    KickWatch watch = watch();
    host.vm().close();

    assertEquals(List.of(List.of(false, true)), seen);
    watch.close();
  }
}
