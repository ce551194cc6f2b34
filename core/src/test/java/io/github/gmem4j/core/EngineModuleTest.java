package io.github.gmem4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import com.google.inject.AbstractModule;
import com.google.inject.Binder;
import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Key;
import com.google.inject.Module;
import com.google.inject.TypeLiteral;
import com.google.inject.multibindings.MapBinder;
import com.google.inject.multibindings.OptionalBinder;
import com.google.inject.util.Modules;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.api.seam.FaultInjector;
import io.github.gmem4j.api.seam.Waiter;
import io.github.gmem4j.api.vm.ConversionScope;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.core.kernel.HostKernel;
import io.github.gmem4j.core.kernel.KernelGeneration;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The Guice bindings: every seam has a default and can be overridden. */
class EngineModuleTest {
  private static final Key<Map<String, ConversionPolicy>> POLICIES =
      Key.get(new TypeLiteral<Map<String, ConversionPolicy>>() {});

  @Test
  void moduleAloneCreatesOneEngine() {
    Injector injector = Guice.createInjector(new EngineModule());

    Engine engine = injector.getInstance(Engine.class);

    assertSame(engine, injector.getInstance(Engine.class));
    World world = World.of(engine, SoftwareProtectedPolicy.create(), GuestMemory.MMAP);
    assertTrue(world.toShared(0, 1).succeeded());
    assertEquals(ConversionScope.GUEST_MEMORY, world.vm().conversionScope());
  }

  @Test
  void defaultsAreThoseOfTheBuilder() {
    Injector injector = Guice.createInjector(new EngineModule());

    assertEquals(KernelGeneration.IN_PLACE, injector.getInstance(KernelGeneration.class));
    assertSame(FaultInjector.NONE, injector.getInstance(FaultInjector.class));
    assertSame(Waiter.REAL, injector.getInstance(Waiter.class));
    assertSame(RoadListener.NONE, injector.getInstance(RoadListener.class));
    assertEquals(InstantSource.system(), injector.getInstance(InstantSource.class));
  }

  @Test
  void generationIsOverriddenBySettingTheOptionalBinding() {
    Module generationC =
        binder ->
            OptionalBinder.newOptionalBinder(binder, KernelGeneration.class)
                .setBinding()
                .toInstance(KernelGeneration.VM_ATTRIBUTES);

    Engine engine = Guice.createInjector(new EngineModule(), generationC).getInstance(Engine.class);

    assertEquals(
        ConversionScope.VM, engine.createVm(SoftwareProtectedPolicy.create()).conversionScope());
  }

  @Test
  void mockedFaultInjectorIsAsked() {
    FaultInjector faults = mock(FaultInjector.class);
    when(faults.injects(eq(HostKernel.RESERVE_STATE), anyLong())).thenReturn(true);

    World world =
        World.of(
            engineWith(FaultInjector.class, faults),
            SoftwareProtectedPolicy.create(),
            GuestMemory.MMAP);

    assertInstanceOf(ConversionOutcome.OutOfMemory.class, world.toShared(3, 1));
    verify(faults).injects(HostKernel.RESERVE_STATE, 3);
  }

  @Test
  void mockedListenerHearsOfConversions() {
    RoadListener listener = mock(RoadListener.class);
    World world =
        World.of(
            engineWith(RoadListener.class, listener),
            SoftwareProtectedPolicy.create(),
            GuestMemory.MMAP);

    world.toShared(3, 1);

    verify(listener).on(any(RoadEvent.ConversionTried.class));
  }

  @Test
  void waiterOfTheInjectorIsTheCoordinators() {
    List<Object> pauses = new ArrayList<>();
    Engine engine = engineWith(Waiter.class, pauses::add);
    World world =
        World.of(
            engine, SoftwareProtectedPolicy.create(), GuestMemory.MMAP | GuestMemory.INIT_SHARED);
    var pin = world.pin(0, ReferenceKind.LONG_TERM, "vfio");
    world.vm().enableExitHypercalls(1 << 12).orThrow();

    engine
        .coordinator(world.vm(), SoftwareProtectedPolicy.create())
        .answer(0, new Exit.MapGpaRange(World.gpa(0), PageCount.ONE, 0x10, 1));

    assertEquals(10, pauses.size());
    pin.close();
  }

  @Test
  void testsMayOverrideTheWholeModule() {
    Module recorded =
        new AbstractModule() {
          @Override
          protected void configure() {
            bind(Engine.class)
                .toInstance(Engine.builder().generation(KernelGeneration.RFC_2025).build());
          }
        };

    Engine engine =
        Guice.createInjector(Modules.override(new EngineModule()).with(recorded))
            .getInstance(Engine.class);

    World world = World.of(engine, SoftwareProtectedPolicy.create(), GuestMemory.MMAP);
    assertEquals("S".repeat(World.PAGES), world.states());
  }

  @Test
  void policiesAreAMapByNameThatOtherModulesAddTo() {
    ConversionPolicy other = TestPolicy.confidential();
    Module more =
        binder ->
            MapBinder.newMapBinder(binder, String.class, ConversionPolicy.class)
                .addBinding("some-policy")
                .toInstance(other);

    Map<String, ConversionPolicy> policies =
        Guice.createInjector(new EngineModule(), more).getInstance(POLICIES);

    assertEquals(Set.of("software-protected", "some-policy"), policies.keySet());
    policies.forEach((name, policy) -> assertEquals(name, policy.traits().name()));
  }

  private static <T> Engine engineWith(Class<T> seam, T instance) {
    Module override =
        (Binder binder) ->
            OptionalBinder.newOptionalBinder(binder, seam).setBinding().toInstance(instance);
    return Guice.createInjector(new EngineModule(), override).getInstance(Engine.class);
  }
}
