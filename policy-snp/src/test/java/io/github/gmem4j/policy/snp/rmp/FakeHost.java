package io.github.gmem4j.policy.snp.rmp;

import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.policy.PlatformHost;
import io.github.gmem4j.api.seam.FaultInjector;
import io.github.gmem4j.api.seam.FaultSite;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A VM with faults in store, which remembers what its platform asked of it. */
final class FakeHost implements PlatformHost {
  private final Map<FaultSite, Integer> failures = new HashMap<>();
  private final Map<FaultSite, Integer> asked = new HashMap<>();
  private final List<Folio> quarantined = new ArrayList<>();
  private final List<String> bugs = new ArrayList<>();

  /** Makes the next occasions at a site go wrong. */
  void fail(FaultSite site, int times) {
    failures.put(site, times);
  }

  /** Returns how often a site was asked. */
  int asked(FaultSite site) {
    return asked.getOrDefault(site, 0);
  }

  List<Folio> quarantined() {
    return quarantined;
  }

  List<String> bugs() {
    return bugs;
  }

  @Override
  public void bug(String reason) {
    bugs.add(reason);
  }

  @Override
  public void kickVcpus() {
    throw new IllegalStateException("the RMP needs no kick");
  }

  @Override
  public void quarantine(Folio folio, String reason) {
    quarantined.add(folio);
  }

  @Override
  public FaultInjector faults() {
    return (site, subject) -> {
      asked.merge(site, 1, Integer::sum);
      int left = failures.getOrDefault(site, 0);
      failures.put(site, Math.max(0, left - 1));
      return left > 0;
    };
  }
}
