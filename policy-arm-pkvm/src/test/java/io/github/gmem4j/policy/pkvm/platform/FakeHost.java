package io.github.gmem4j.policy.pkvm.platform;

import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.policy.PlatformHost;
import io.github.gmem4j.api.seam.FaultInjector;
import io.github.gmem4j.api.seam.FaultSite;
import java.util.ArrayList;
import java.util.List;

/** A VM that kicks its vCPUs out when told to. */
final class FakeHost implements PlatformHost {
  final List<String> bugs = new ArrayList<>();
  final List<Folio> quarantined = new ArrayList<>();
  Runnable onKick = () -> {};
  private int failures;

  /** Makes the next firmware operations go wrong. */
  void fail(int times) {
    failures = times;
  }

  private boolean fails(FaultSite site, long subject) {
    failures--;
    return failures >= 0;
  }

  @Override
  public void bug(String reason) {
    bugs.add(reason);
  }

  @Override
  public void kickVcpus() {
    onKick.run();
  }

  @Override
  public void quarantine(Folio folio, String reason) {
    quarantined.add(folio);
  }

  @Override
  public FaultInjector faults() {
    return this::fails;
  }
}
