package io.github.gmem4j.testkit.asserting;

import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.api.policy.KvmSeat;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.policy.PlatformHost;
import io.github.gmem4j.api.policy.PolicyTraits;
import io.github.gmem4j.api.policy.VmmSeat;
import io.github.gmem4j.testkit.rule.Answers;
import io.github.gmem4j.testkit.rule.Rule;
import io.github.gmem4j.testkit.rule.RuleBroken;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A policy whose seats, platforms and guest are checked, on both sides. It remembers what each vCPU
 * was last told, so use one for each VM. Thread-safe.
 */
public final class AssertingPolicy implements ConversionPolicy {
  private final ConversionPolicy policy;
  private final PolicyTraits traits;
  private final KvmSeat kvm;
  private final VmmSeat vmm;
  private final GuestKernel guest;
  private final List<AssertingPlatform> platforms = new CopyOnWriteArrayList<>();

  private AssertingPolicy(ConversionPolicy policy) {
    this.policy = policy;
    traits = Answers.ofPolicy("traits()", policy::traits);
    kvm = new AssertingKvmSeat(Answers.ofPolicy("kvm()", policy::kvm));
    vmm = new AssertingVmmSeat(Answers.ofPolicy("vmm()", policy::vmm));
    guest = new AssertingGuestKernel(Answers.ofPolicy("guest()", policy::guest));
  }

  /** Returns a policy that decides as another does, checked. */
  public static AssertingPolicy of(ConversionPolicy policy) {
    return new AssertingPolicy(policy);
  }

  /** Returns the platforms it has created, oldest first. */
  public List<AssertingPlatform> platforms() {
    return List.copyOf(platforms);
  }

  @Override
  public PolicyTraits traits() {
    PolicyTraits now = Answers.ofPolicy("traits()", policy::traits);
    RuleBroken.unless(now.equals(traits), Rule.P2, "traits were " + traits + ", are " + now);
    return now;
  }

  @Override
  public KvmSeat kvm() {
    return kvm;
  }

  @Override
  public VmmSeat vmm() {
    return vmm;
  }

  @Override
  public Platform createPlatform(PlatformHost host) {
    AssertingPlatformHost checkedHost = new AssertingPlatformHost(host);
    AssertingPlatform platform =
        new AssertingPlatform(
            Answers.ofPolicy("createPlatform(host)", () -> policy.createPlatform(checkedHost)),
            checkedHost);
    platforms.add(platform);
    return platform;
  }

  @Override
  public GuestKernel guest() {
    return guest;
  }
}
