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

  /**
   * Takes a page out of use for good: whoever looks for it in its memory finds a new one, and the
   * page never goes back to the host. For a page whose ownership nobody can be sure of any more.
   * From within {@link Platform#makeShared} or {@link Platform#reclaim} of that page only.
   *
   * @param folio the page
   * @param reason why
   */
  void quarantine(Folio folio, String reason);

  /** Returns who decides whether firmware operations go wrong. */
  FaultInjector faults();
}
