package io.github.gmem4j.policy.pkvm;

import com.google.inject.AbstractModule;
import com.google.inject.multibindings.MapBinder;
import io.github.gmem4j.api.policy.ConversionPolicy;
import java.util.Arrays;
import java.util.List;

/** Contributes pKVM policies to the map of policies, each under its own name. */
public final class PkvmModule extends AbstractModule {
  private final List<PkvmConfig> configs;

  /** Contributes every {@link PkvmVariant}. */
  public PkvmModule() {
    this(Arrays.stream(PkvmVariant.values()).map(PkvmVariant::config).toList());
  }

  /** Contributes policies with these configurations. */
  public PkvmModule(List<PkvmConfig> configs) {
    this.configs = List.copyOf(configs);
  }

  @Override
  protected void configure() {
    MapBinder<String, ConversionPolicy> policies =
        MapBinder.newMapBinder(binder(), String.class, ConversionPolicy.class);
    configs.forEach(
        config -> policies.addBinding(config.name()).toInstance(new PkvmPolicy(config)));
  }
}
