package io.github.gmem4j.policy.tdx.sept;

import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.policy.PlatformHost;
import io.github.gmem4j.api.seam.FaultInjector;
import io.github.gmem4j.api.seam.FaultSite;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A VM with some vCPUs inside, which are out after a kick, and with faults in store. */
final class FakeHost implements PlatformHost {
  final List<Folio> quarantined = new ArrayList<>();
  private final Map<FaultSite, Integer> failures = new HashMap<>();
  private final List<Integer> inside = new ArrayList<>();
  private final List<String> bugs = new ArrayList<>();
  private @Nullable Platform platform;
  private int kicks;

  void connect(Platform model) {
    platform = model;
  }

  void enter(int vcpu) {
    inside.add(vcpu);
    if (platform != null) {
      platform.enter(vcpu);
    }
  }

  /** Makes the next occasions at a site go wrong. */
  void fail(FaultSite site, int times) {
    failures.put(site, times);
  }

  int kicks() {
    return kicks;
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
    kicks++;
    if (platform != null) {
      inside.forEach(platform::leave);
    }
    inside.clear();
  }

  @Override
  public FaultInjector faults() {
    return (site, subject) -> {
      int left = failures.getOrDefault(site, 0);
      failures.put(site, Math.max(0, left - 1));
      return left > 0;
    };
  }

  @Override
  public void quarantine(Folio folio, String reason) {
    quarantined.add(folio);
  }
}
