package io.github.gmem4j.policy.pkvm.el2;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.seam.FaultInjector;
import io.github.gmem4j.policy.pkvm.hvc.HvcProfile;

/**
 * What is fixed when the hypervisor takes over.
 *
 * @param profile which calls it answers, and what it may do with blocks
 * @param ipaBits how many bits a guest physical address has: the CPU's limit, whatever a VM asks
 *     for (measured)
 * @param faults what goes wrong; the sites are in {@link HypervisorFaults}
 */
public record HypervisorConfig(HvcProfile profile, int ipaBits, FaultInjector faults) {
  private static final int FEWEST_BITS = 32;
  private static final int MOST_BITS = 52;
  private static final int USUAL_BITS = 40;

  /**
   * Checks the number of bits.
   *
   * @throws IllegalArgumentException if it is not in [32, 52]
   */
  public HypervisorConfig {
    if (ipaBits < FEWEST_BITS || ipaBits > MOST_BITS) {
      throw new IllegalArgumentException("ipaBits must be in [32, 52]: " + ipaBits);
    }
  }

  /** Returns the configuration of a profile on a CPU with 40 bits, with nothing going wrong. */
  public static HypervisorConfig of(HvcProfile profile) {
    return new HypervisorConfig(profile, USUAL_BITS, FaultInjector.NONE);
  }

  /** Returns this configuration with another width of guest physical addresses. */
  public HypervisorConfig withIpaBits(int bits) {
    return new HypervisorConfig(profile, bits, faults);
  }

  /** Returns this configuration with things that go wrong. */
  public HypervisorConfig withFaults(FaultInjector injector) {
    return new HypervisorConfig(profile, ipaBits, injector);
  }

  /**
   * Checks that a guest can have frames: ERANGE if not. No number can make the check overflow.
   * {@code _kvm_pgtable_walk} in {@code hyp/pgtable.c}.
   *
   * @param pages how many, from 1
   */
  Transition reaches(long gfn, long pages) {
    return gfn >= 0 && gfn <= frames() - pages
        ? Transition.DONE
        : Transition.refused(Errno.ERANGE, "beyond the guest's addresses: gfn 0x%x".formatted(gfn));
  }

  /** Returns how many frames a guest can have. */
  long frames() {
    return 1L << (ipaBits - Page.SHIFT);
  }
}
