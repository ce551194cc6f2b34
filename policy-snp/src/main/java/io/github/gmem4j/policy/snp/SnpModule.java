package io.github.gmem4j.policy.snp;

import com.google.inject.AbstractModule;
import com.google.inject.multibindings.MapBinder;
import io.github.gmem4j.api.policy.ConversionPolicy;

/** Contributes {@link SnpPolicy} to the map of policies, under {@link SnpPolicy#NAME}. */
public final class SnpModule extends AbstractModule {
  private final SnpConfig config;

  /** Contributes the policy with {@link SnpConfig#DEFAULT}. */
  public SnpModule() {
    this(SnpConfig.DEFAULT);
  }

  /** Contributes the policy with a configuration. */
  public SnpModule(SnpConfig config) {
    this.config = config;
  }

  @Override
  protected void configure() {
    MapBinder.newMapBinder(binder(), String.class, ConversionPolicy.class)
        .addBinding(SnpPolicy.NAME)
        .toInstance(new SnpPolicy(config));
  }
}
