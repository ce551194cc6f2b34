package io.github.gmem4j.api.policy;

import io.github.gmem4j.api.seam.FaultInjector;

/** What a {@link Platform} may ask of the VM it belongs to. */
public interface PlatformHost {
  /**
   * Makes the VM dead: every later call answers EIO.
   *
   * @param reason what broke
   */
  void bug(String reason);

  /**
   * Makes every vCPU leave the guest and keeps it out until the current call into the platform has
   * returned. {@link Platform#leave} is called for each that was inside.
   */
  void kickVcpus();

  /** Returns who decides whether firmware operations go wrong. */
  FaultInjector faults();
}
