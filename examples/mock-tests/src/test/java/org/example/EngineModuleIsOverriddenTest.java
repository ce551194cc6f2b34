package org.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.atLeastOnce;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;

import com.google.inject.AbstractModule;
import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.util.Modules;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.api.seam.Waiter;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.EngineModule;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import io.github.gmem4j.testkit.world.ManualClock;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

/** An application that is wired by Guice is tested with its own modules, some seams exchanged. */
class EngineModuleIsOverriddenTest {
  private final ManualClock clock = new ManualClock();
  private final RoadListener listener = mock(RoadListener.class);

  /** What a test exchanges. */
  private final class TestModule extends AbstractModule {
    @Override
    protected void configure() {
      bind(InstantSource.class).toInstance(clock);
      bind(Waiter.class).toInstance(clock);
      bind(RoadListener.class).toInstance(listener);
    }
  }

  @Test
  void waitingTakesNoTimeAndEventsAreHeard() {
    Injector injector =
        Guice.createInjector(Modules.override(new EngineModule()).with(new TestModule()));
    var engine = injector.getInstance(Engine.class);
    var policy = SoftwareProtectedPolicy.create();
    var vm = engine.createVm(policy);
    vm.enableExitHypercalls(vm.exitHypercalls()).orThrow();
    var memory =
        vm.createGuestMemory(ByteCount.kib(64), GuestMemory.MMAP | GuestMemory.INIT_SHARED)
            .orThrow();
    vm.setMemory(SlotRequest.bind(1, new Gpa(0), memory)).orThrow();
    var host = memory.map(memory.size()).orThrow();
    var pin = host.pin(new PageIndex(2), ReferenceKind.SHORT_TERM, "direct I/O").orThrow();
    clock.after(Duration.ofMillis(4), pin::close);

    var takeBack =
        new GuestAction.Request(
            new GpaRange(new Gpa(0x2000), ByteCount.PAGE), Shareability.PRIVATE);
    Exit exit = engine.coordinator(vm, policy).run(vm.createVcpu(GuestProgram.of(takeBack)));

    assertEquals(new Exit.Halt(), exit);
    assertEquals(Shareability.PRIVATE, memory.shareability(new PageIndex(2)));
    assertEquals(Duration.ofMillis(4), clock.elapsed());
    verify(listener, atLeastOnce()).on(any(RoadEvent.VcpuHeld.class));
  }
}
