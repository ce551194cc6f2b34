package io.github.gmem4j.policy.tdx;

import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.api.policy.KvmSeat;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.policy.PlatformHost;
import io.github.gmem4j.api.policy.PolicyTraits;
import io.github.gmem4j.api.policy.VmmSeat;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.policy.tdx.kvm.TdxKvmSeat;
import io.github.gmem4j.policy.tdx.sept.SeptPlatform;
import io.github.gmem4j.policy.tdx.vmm.TdxVmmSeat;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Intel TDX: the guest asks with MapGPA, KVM leaves with {@code KVM_EXIT_HYPERCALL}, the VMM
 * converts, the guest accepts what became private. To private is the direction that can fail; to
 * shared is the one that destroys.
 *
 * <p>Immutable and thread-safe. Sources: GHCI; Linux 7.3 {@code arch/x86/kvm/vmx/tdx.c}; TDX module
 * 1.5.01.
 */
public final class TdxPolicy implements ConversionPolicy {
  /** The policy's name. */
  public static final String NAME = "tdx";

  /** A trust domain: the SHARED bit of each access says its kind. */
  public static final VmType TRUST_DOMAIN =
      new VmType(
          "TDX",
          VmType.CONFIDENTIAL.privateMemory(),
          VmType.CONFIDENTIAL.accessRule(),
          VmType.CONFIDENTIAL.addressSpaces());

  private final TdxConfig config;
  private final PolicyTraits traits;
  private final KvmSeat kvm;
  private final VmmSeat vmm;
  private final GuestKernel guest;

  /** Creates the policy with {@link TdxConfig#DEFAULT}. */
  public TdxPolicy() {
    this(TdxConfig.DEFAULT);
  }

  /** Creates the policy. */
  public TdxPolicy(TdxConfig config) {
    this.config = config;
    traits = traits(config.conversion());
    kvm = new TdxKvmSeat(config.addresses(), config.conversion());
    vmm = new TdxVmmSeat(config.conversion(), config.retryRule(), config.implicitRule());
    guest = config.guest().kernel(config.width(), config.devices());
  }

  private static PolicyTraits traits(ConversionRule rule) {
    return switch (rule) {
      case BY_VMM -> traits(NAME, rule, "Intel TDX: MapGPA, conversion by the VMM, secure EPT");
      case IN_RUN_OR_FAULT ->
          traits(
              NAME + "-in-run", rule, "TDX, converted inside run(); a failure is a memory fault");
      case IN_RUN_OR_SUCCESS ->
          traits(
              NAME + "-in-run-success", rule, "TDX, converted inside run(); a failure is not told");
    };
  }

  private static PolicyTraits traits(String name, ConversionRule rule, String summary) {
    return new PolicyTraits(name, TRUST_DOMAIN, rule.converter(), summary);
  }

  /** Returns the knobs. */
  public TdxConfig config() {
    return config;
  }

  @Override
  public PolicyTraits traits() {
    return traits;
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
    return new SeptPlatform(
        host, config.addresses(), config.pendingAccess(), config.pageReset(), config.devices());
  }

  @Override
  public GuestKernel guest() {
    return guest;
  }

  @Override
  public List<String> guests() {
    return Arrays.stream(GuestFlavour.values()).map(GuestFlavour::title).toList();
  }

  @Override
  public Optional<ConversionPolicy> withGuest(String name) {
    return GuestFlavour.named(name)
        .map(flavour -> new TdxPolicy(config.toBuilder().guest(flavour).build()));
  }
}
