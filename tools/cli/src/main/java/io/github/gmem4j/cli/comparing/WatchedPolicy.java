package io.github.gmem4j.cli.comparing;

import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.policy.ForwardingPolicy;
import io.github.gmem4j.api.policy.KvmSeat;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.policy.PlatformHost;

/**
 * A policy, unchanged, whose decisions and whose platform's deeds are noted.
 *
 * @param policy the policy
 * @param decisions who notes what KVM remembers
 * @param contents who notes what becomes of contents
 */
record WatchedPolicy(ConversionPolicy policy, Remembered decisions, Contents contents)
    implements ForwardingPolicy {
  @Override
  public KvmSeat kvm() {
    return new WatchedKvmSeat(policy.kvm(), decisions);
  }

  @Override
  public Platform createPlatform(PlatformHost host) {
    WatchedFolios folios = new WatchedFolios(contents);
    return new WatchedPlatform(
        policy.createPlatform(new WatchedHost(host, folios, contents)),
        folios,
        contents,
        decisions);
  }
}
