package io.github.gmem4j.core.vcpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.KickWatch;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.core.World;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One who holds a vCPU outside run() learns of kicks and of the end. */
class KickWatchTest {
  private final World world = World.inPlace();
  private final Vcpu vcpu = world.vcpu();
  // What each wake-up found: kicked, closed.
  private final List<List<Boolean>> seen = new ArrayList<>();

  private void look() {
    seen.add(List.of(vcpu.isKicked(), vcpu.isClosed()));
  }

  @Test
  void holderIsToldOfEachKickAfterTheFact() {
    KickWatch watch = vcpu.onKick(this::look);
    vcpu.kick();
    vcpu.kick();

    assertEquals(List.of(List.of(true, false), List.of(true, false)), seen);
    watch.close();
  }

  @Test
  void kickStaysPendingUntilRunHasTakenIt() {
    assertFalse(vcpu.isKicked());
    vcpu.kick();
    assertTrue(vcpu.isKicked());

    assertEquals(new Exit.Interrupted(), vcpu.run());

    assertFalse(vcpu.isKicked());
    assertEquals(new Exit.Halt(), vcpu.run());
  }

  @Test
  void holderIsToldThatTheVcpuWasClosed() {
    KickWatch watch = vcpu.onKick(this::look);
    vcpu.close();

    assertEquals(List.of(List.of(false, true)), seen);
    watch.close();
  }

  @Test
  void holderIsToldThatTheVmWasClosed() {
    KickWatch watch = vcpu.onKick(this::look);
    world.vm().close();

    assertEquals(List.of(List.of(false, true)), seen);
    watch.close();
  }

  @Test
  void nobodyIsToldOnceTheWatchIsClosed() {
    Runnable look = this::look;
    KickWatch watch = vcpu.onKick(look);
    KickWatch other = vcpu.onKick(look);
    watch.close();
    watch.close();
    vcpu.kick();
    other.close();
    vcpu.kick();
    vcpu.close();

    assertEquals(List.of(List.of(true, false)), seen);
  }
}
