package io.github.gmem4j.testkit.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.vmm.Coordinator;
import io.github.gmem4j.testkit.world.GuestRun;
import io.github.gmem4j.testkit.world.GuestWorld;
import io.github.gmem4j.testkit.world.ManualClock;
import io.github.gmem4j.testkit.world.Timeline;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Run by {@link GuestMemoryExtensionTest}, which knows what of it must fail. */
@GuestMemoryTest(pages = 8, vcpus = 2, initially = Shareability.SHARED)
class ExampleOfUse {
  @Test
  void takesEveryPart(
      GuestWorld world,
      Engine engine,
      VirtualMachine vm,
      GuestMemory memory,
      HostMapping host,
      Vcpu first,
      Vcpu[] all,
      Coordinator coordinator,
      ConversionPolicy policy,
      ManualClock clock,
      Timeline timeline) {
    assertEquals(world.engine(), engine);
    assertEquals(world.vm(), vm);
    assertEquals(8, memory.size().wholePages().value());
    assertEquals(memory.size(), host.length());
    assertEquals(first, all[0]);
    assertEquals(2, all.length);
    assertEquals(world.coordinator(), coordinator);
    assertEquals("software-protected", policy.traits().name());
    assertEquals(Duration.ZERO, clock.elapsed());
    assertEquals(world.timeline(), timeline);
  }

  @Test
  void waitsForAPinOnTheManualClock(GuestWorld world, HostMapping host, ManualClock clock) {
    var pin = host.pin(new PageIndex(2), ReferenceKind.LONG_TERM, "vfio").orThrow();
    clock.after(Duration.ofMillis(3), pin::close);
    GuestRun run =
        world.run(
            world.vcpu(),
            GuestRun.MANY,
            new GuestAction.Request(GuestWorld.gpas(2, 1), Shareability.PRIVATE));
    assertEquals(Duration.ofMillis(3), clock.elapsed(), run::toString);
    assertEquals(Shareability.PRIVATE, world.stateOf(2));
  }

  @Test
  void failsAfterTheGuestDidSomething(GuestWorld world) {
    world.result(new GuestAction.Touch(GuestWorld.gpa(1), Shareability.SHARED));
    fail("on purpose");
  }

  @Test
  @GuestMemoryTest(policy = OddPolicy.class)
  void breaksAnInvariant(GuestWorld world) {
    world.result(new GuestAction.Touch(GuestWorld.gpa(1), Shareability.PRIVATE));
  }
}
