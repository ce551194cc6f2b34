package io.github.gmem4j.policy.pkvm.hvc;

/**
 * What the host kernel answers to calls that EL2 passes on: an ordinary VM's, and those of a
 * protected VM that EL2 does not know. All values measured on Linux 7.3.4.
 *
 * <p>Source: {@code kvm_smccc_call_handler} in {@code arch/arm64/kvm/hypercalls.c}. Not modelled,
 * since their answers come from clocks, random numbers, the CPU or other vCPUs: PTP, stolen time,
 * TRNG, {@code ARCH_FEATURES}, {@code DISCOVER_IMPL_*} and the rest of PSCI. They answer
 * NOT_SUPPORTED here, which the real kernel may answer too.
 */
public final class HostCalls {
  /** KVM's UID, 28b46fb6-2ec5-11e9-a9ca-4b564d003a74, as it comes in four registers. */
  public static final HvcResult UID =
      new HvcResult(0xb66f_b428L, 0xe911_c52eL, 0x564b_caa9L, 0x743a_004dL);

  /** Version 1.1 of the SMC calling convention. */
  public static final HvcResult SMCCC_VERSION = HvcResult.ofValue(0x1_0001);

  /** Version 1.3 of PSCI. */
  public static final HvcResult PSCI_VERSION = HvcResult.ofValue(0x1_0003);

  /** Functions 0 and 1: itself and PTP. What an ordinary VM sees. */
  public static final HvcResult FEATURES = HvcResult.ofValue(3);

  private HostCalls() {}

  /** Answers a call; NOT_SUPPORTED unless the host kernel knows the function. */
  public static HvcResult answer(Hvc call) {
    return call.function().map(HostCalls::answer).orElse(HvcResult.NOT_SUPPORTED);
  }

  private static HvcResult answer(FunctionId function) {
    return switch (function) {
      case UID -> UID;
      case SMCCC_VERSION -> SMCCC_VERSION;
      case PSCI_VERSION -> PSCI_VERSION;
      case FEATURES -> FEATURES;
      case HYP_MEMINFO,
          MEM_SHARE,
          MEM_UNSHARE,
          MMIO_GUARD_INFO,
          MMIO_GUARD_ENROLL,
          MMIO_GUARD,
          MMIO_GUARD_UNMAP,
          MEM_RELINQUISH,
          MMIO_RGUARD_MAP,
          MMIO_RGUARD_UNMAP ->
          HvcResult.NOT_SUPPORTED;
    };
  }
}
