package io.github.gmem4j.core;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import com.google.inject.multibindings.MapBinder;
import com.google.inject.multibindings.OptionalBinder;
import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.api.seam.FaultInjector;
import io.github.gmem4j.api.seam.Waiter;
import io.github.gmem4j.core.kernel.KernelGeneration;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import java.time.InstantSource;
import java.util.Map;

/**
 * Guice bindings of the engine. Every seam is an {@link OptionalBinder} with the default of {@link
 * Engine#inMemory}; policies are a {@code Map<String, ConversionPolicy>} that policy modules add
 * to, also to be had as {@link InstalledPolicies}. A name that two modules contribute is an error
 * of the injector.
 */
public final class EngineModule extends AbstractModule {
  /** Creates the module. */
  public EngineModule() {}

  @Override
  protected void configure() {
    bind(Engine.class).in(Singleton.class);
    OptionalBinder.newOptionalBinder(binder(), KernelGeneration.class)
        .setDefault()
        .toInstance(KernelGeneration.IN_PLACE);
    OptionalBinder.newOptionalBinder(binder(), InstantSource.class)
        .setDefault()
        .toInstance(InstantSource.system());
    OptionalBinder.newOptionalBinder(binder(), Waiter.class).setDefault().toInstance(Waiter.REAL);
    OptionalBinder.newOptionalBinder(binder(), FaultInjector.class)
        .setDefault()
        .toInstance(FaultInjector.NONE);
    OptionalBinder.newOptionalBinder(binder(), RoadListener.class)
        .setDefault()
        .toInstance(RoadListener.NONE);
    MapBinder.newMapBinder(binder(), String.class, ConversionPolicy.class)
        .addBinding(SoftwareProtectedPolicy.NAME)
        .toInstance(SoftwareProtectedPolicy.create());
  }

  /** Collects the policies that modules contributed. */
  @Provides
  @Singleton
  static InstalledPolicies policies(Map<String, ConversionPolicy> contributed) {
    contributed.forEach((key, policy) -> {
      if (!key.equals(policy.traits().name())) {
        throw new IllegalArgumentException(
            "policy \"" + policy.traits().name() + "\" is bound as \"" + key + "\"");
      }
    });
    return InstalledPolicies.of(contributed.values());
  }
}
