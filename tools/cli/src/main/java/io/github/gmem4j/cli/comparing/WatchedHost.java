package io.github.gmem4j.cli.comparing;

import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.policy.PlatformHost;
import io.github.gmem4j.api.seam.FaultInjector;

/** What a platform may ask of its VM, with pages translated. */
record WatchedHost(PlatformHost host, WatchedFolios folios, Contents contents)
    implements PlatformHost {
  @Override
  public void bug(String reason) {
    host.bug(reason);
  }

  @Override
  public void kickVcpus() {
    host.kickVcpus();
  }

  @Override
  public void quarantine(Folio folio, String reason) {
    contents.replaced(folio.pfn());
    host.quarantine(folios.original(folio), reason);
  }

  @Override
  public FaultInjector faults() {
    return host.faults();
  }
}
