package io.github.gmem4j.testkit.asserting;

import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.policy.PlatformHost;
import io.github.gmem4j.api.seam.FaultInjector;
import io.github.gmem4j.testkit.rule.Rule;
import io.github.gmem4j.testkit.rule.RuleBroken;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a platform says to its VM, checked and remembered. */
final class AssertingPlatformHost implements PlatformHost {
  private final PlatformHost host;
  private final List<String> bugs = new ArrayList<>();
  private @Nullable Folio takenBack;

  AssertingPlatformHost(PlatformHost host) {
    this.host = host;
  }

  /** From now on a page is being taken back, or none is. */
  void takingBack(@Nullable Folio folio) {
    takenBack = folio;
  }

  List<String> bugs() {
    return List.copyOf(bugs);
  }

  @Override
  public void bug(String reason) {
    bugs.add(reason);
    host.bug(reason);
  }

  @Override
  public void kickVcpus() {
    host.kickVcpus();
  }

  // A folio is itself and no other.
  @SuppressWarnings("ReferenceEquality")
  @Override
  public void quarantine(Folio folio, String reason) {
    RuleBroken.unless(
        folio == takenBack,
        Rule.F8,
        "quarantined pfn " + folio.pfn() + ", which is not being taken back: " + reason);
    host.quarantine(folio, reason);
  }

  @Override
  public FaultInjector faults() {
    return host.faults();
  }
}
