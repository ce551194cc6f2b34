package io.github.gmem4j.testkit.world;

import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.policy.PlatformHost;
import io.github.gmem4j.api.seam.FaultInjector;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The VM of a platform under test, without any VM: it remembers what the platform said. Nobody is
 * inside the guest, so kicks reach nobody. Not thread-safe.
 */
public final class StandaloneHost implements PlatformHost {
  private final FaultInjector faults;
  private final List<String> bugs = new ArrayList<>();
  private final Map<Folio, String> quarantined = new LinkedHashMap<>();
  private int kicks;

  /** Creates a host on which nothing goes wrong. */
  public StandaloneHost() {
    this(FaultInjector.NONE);
  }

  /** Creates a host. */
  public StandaloneHost(FaultInjector faults) {
    this.faults = faults;
  }

  /** Returns why the VM is dead, each time it was said; empty while it lives. */
  public List<String> bugs() {
    return List.copyOf(bugs);
  }

  /** Returns the pages out of use, and why. */
  public Map<Folio, String> quarantined() {
    return Map.copyOf(quarantined);
  }

  /** Returns how often the vCPUs were kicked. */
  public int kicks() {
    return kicks;
  }

  @Override
  public void bug(String reason) {
    bugs.add(reason);
  }

  @Override
  public void kickVcpus() {
    kicks++;
  }

  @Override
  public void quarantine(Folio folio, String reason) {
    quarantined.put(folio, reason);
  }

  @Override
  public FaultInjector faults() {
    return faults;
  }
}
