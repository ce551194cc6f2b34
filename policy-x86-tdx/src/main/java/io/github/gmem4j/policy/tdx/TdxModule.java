package io.github.gmem4j.policy.tdx;

import com.google.inject.AbstractModule;
import com.google.inject.multibindings.MapBinder;
import io.github.gmem4j.api.policy.ConversionPolicy;

/** Contributes {@link TdxPolicy} to the map of policies, under its name. */
public final class TdxModule extends AbstractModule {
  private final TdxConfig config;

  /** Contributes the policy with {@link TdxConfig#DEFAULT}. */
  public TdxModule() {
    this(TdxConfig.DEFAULT);
  }

  /** Contributes the policy with a configuration. */
  public TdxModule(TdxConfig config) {
    this.config = config;
  }

  @Override
  protected void configure() {
    TdxPolicy policy = new TdxPolicy(config);
    MapBinder.newMapBinder(binder(), String.class, ConversionPolicy.class)
        .addBinding(policy.traits().name())
        .toInstance(policy);
  }
}
