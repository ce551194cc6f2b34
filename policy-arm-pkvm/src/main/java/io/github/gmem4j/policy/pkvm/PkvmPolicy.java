package io.github.gmem4j.policy.pkvm;

import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.api.policy.KvmSeat;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.policy.PlatformHost;
import io.github.gmem4j.api.policy.PolicyTraits;
import io.github.gmem4j.api.policy.VmmSeat;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.policy.pkvm.guest.GuestFlavour;
import io.github.gmem4j.policy.pkvm.kvm.PkvmKvmSeat;
import io.github.gmem4j.policy.pkvm.kvm.Unsharing;
import io.github.gmem4j.policy.pkvm.platform.OwnerChange;
import io.github.gmem4j.policy.pkvm.platform.PkvmPlatform;
import io.github.gmem4j.policy.pkvm.vmm.PkvmVmmSeat;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Arm pKVM: the guest shares and takes back page by page with a hypercall, EL2 owns who owns a
 * page, and one address serves both states. To shared is immediate; to private is the direction
 * that {@link PkvmVariant the variants} differ in. Contents survive both.
 *
 * <p>Immutable and thread-safe. Sources: the answers on "KVM_GMEM_CONVERT_SHARED/PRIVATE ioctls" of
 * 20 and 21 May 2025; Linux 7.3 {@code arch/arm64/kvm/hyp/nvhe}, {@code
 * Documentation/virt/kvm/arm}.
 */
public final class PkvmPolicy implements ConversionPolicy {
  /** A protected VM: the kind of an access is the state of the page. */
  public static final VmType PROTECTED_VM =
      new VmType("PKVM", true, VmType.AccessRule.FOLLOWS_STATE, 1);

  private final PkvmConfig config;
  private final PolicyTraits traits;
  private final KvmSeat kvm;
  private final VmmSeat vmm;
  private final GuestKernel guest;

  /** Creates {@link PkvmVariant#ASK_AGAIN}. */
  public PkvmPolicy() {
    this(PkvmVariant.ASK_AGAIN.config());
  }

  /**
   * Creates a policy.
   *
   * @throws IllegalArgumentException if the configuration's name does not follow the grammar
   */
  public PkvmPolicy(PkvmConfig config) {
    this(config, GuestFlavour.of(config.profile()));
  }

  private PkvmPolicy(PkvmConfig config, GuestFlavour flavour) {
    this.config = config;
    traits =
        new PolicyTraits(
            config.name(),
            PROTECTED_VM,
            PolicyTraits.Converter.KVM,
            1L << Exit.Unshare.NUMBER,
            config.summary());
    kvm = new PkvmKvmSeat(config.unsharing(), config.profile());
    vmm =
        new PkvmVmmSeat(config.patience(), config.implicitRule(), config.unsharing().unconverted());
    guest = flavour.on(config.profile());
  }

  /** Returns the knobs. */
  public PkvmConfig config() {
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
    return new PkvmPlatform(host, config.profile(), ownerChange(), config.dmaIsolation());
  }

  private OwnerChange ownerChange() {
    return switch (config.unsharing()) {
      case Unsharing.AtReentry design -> OwnerChange.WHEN_CONVERTED;
      case Unsharing.AtLastDrop design -> OwnerChange.WHEN_CONVERTED;
      case Unsharing.AtCall design -> OwnerChange.IN_CALL;
    };
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
    return GuestFlavour.named(name).map(flavour -> new PkvmPolicy(config, flavour));
  }
}
