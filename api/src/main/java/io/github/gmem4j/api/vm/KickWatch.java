package io.github.gmem4j.api.vm;

/** A registration with {@link Vcpu#onKick}, until it is closed. Thread-safe. */
@FunctionalInterface
public interface KickWatch extends AutoCloseable {
  /** Watches nothing: of a vCPU that tells nobody. */
  KickWatch NONE = () -> {};

  /** Ends the registration; the wake-up may be running once more. Closing again has no effect. */
  @Override
  void close();
}
