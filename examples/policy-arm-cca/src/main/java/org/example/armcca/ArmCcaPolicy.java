package org.example.armcca;

import io.github.gmem4j.api.policy.*;
import io.github.gmem4j.api.vm.VmType;

/**
 * Arm CCA: the Realm asks the RMM, KVM leaves with {@code KVM_EXIT_MEMORY_FAULT}, the VMM converts,
 * KVM has the RMM change the state, and the RMM tells the Realm how far that came. Contents are
 * lost in both directions. Immutable and thread-safe.
 */
public final class ArmCcaPolicy implements ConversionPolicy {
  @Override
  public PolicyTraits traits() {
    return new PolicyTraits(
        "arm-cca",
        new VmType("CCA", true, VmType.AccessRule.AS_ISSUED, 1),
        PolicyTraits.Converter.VMM,
        0,
        "Arm CCA: RIPAS change, conversion by the VMM, the RMM has the last word");
  }

  @Override
  public KvmSeat kvm() {
    return new CcaKvmSeat();
  }

  @Override
  public VmmSeat vmm() {
    return new CcaVmmSeat();
  }

  @Override
  public Platform createPlatform(PlatformHost host) {
    return new RealmPlatform();
  }

  @Override
  public GuestKernel guest() {
    return new LinuxRealm();
  }
}
