package io.github.gmem4j.policy.snp;

import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.api.policy.KvmSeat;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.policy.PlatformHost;
import io.github.gmem4j.api.policy.PolicyTraits;
import io.github.gmem4j.api.policy.VmmSeat;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.policy.snp.kvm.GhcbMemory;
import io.github.gmem4j.policy.snp.kvm.SevGuest;
import io.github.gmem4j.policy.snp.kvm.SnpKvmSeat;
import io.github.gmem4j.policy.snp.rmp.RmpPlatform;
import io.github.gmem4j.policy.snp.vmm.SnpVmmSeat;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * AMD SEV-SNP: the guest asks with page state changes, KVM leaves with {@code KVM_EXIT_HYPERCALL}
 * once for each batch, the VMM converts, the guest validates what became private and rescinds what
 * becomes shared. The guest cannot be told to come back, so the VMM waits in its place.
 *
 * <p>Immutable and thread-safe. Sources: GHCB specification (AMD publication 56421); AMD64
 * Architecture Programmer's Manual volume 2, 15.36; Linux 7.3 {@code arch/x86/kvm/svm/sev.c}.
 */
public final class SnpPolicy implements ConversionPolicy {
  /** The policy's name. */
  public static final String NAME = "snp";

  /** An SNP guest: the encryption bit of each access says its kind. */
  public static final VmType SNP_GUEST =
      new VmType(
          "SNP",
          VmType.CONFIDENTIAL.privateMemory(),
          VmType.CONFIDENTIAL.accessRule(),
          VmType.CONFIDENTIAL.addressSpaces());

  private static final PolicyTraits TRAITS =
      new PolicyTraits(
          NAME,
          SNP_GUEST,
          PolicyTraits.Converter.VMM,
          "AMD SEV-SNP: page state changes, conversion by the VMM, reverse map table");

  private final SnpConfig config;
  private final KvmSeat kvm;
  private final VmmSeat vmm;
  private final GuestKernel guest;

  /** Creates the policy with {@link SnpConfig#DEFAULT}. */
  public SnpPolicy() {
    this(SnpConfig.DEFAULT);
  }

  /** Creates the policy. */
  public SnpPolicy(SnpConfig config) {
    this.config = config;
    GhcbMemory ghcbMemory =
        config.ghcb().isPresent() ? GhcbMemory.IN_GUEST_MEMORY : GhcbMemory.ELSEWHERE;
    kvm = new SnpKvmSeat(SevGuest.SNP, ghcbMemory);
    vmm = new SnpVmmSeat(config.retryRule(), config.implicitRule());
    guest = config.guest().kernel(config.ghcb().orElse(SnpConfig.GHCB_ELSEWHERE));
  }

  /** Returns the knobs. */
  public SnpConfig config() {
    return config;
  }

  @Override
  public PolicyTraits traits() {
    return TRAITS;
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
    return new RmpPlatform(host, config.coverage());
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
        .map(flavour -> new SnpPolicy(config.toBuilder().guest(flavour).build()));
  }
}
