package io.github.gmem4j.policy.pkvm.el2;

/** What stands between a device and the pages that the host does not have. */
public enum DmaIsolation {
  /** Nothing, as in Linux 7.3: a device goes past the host's stage 2. */
  NONE,
  /** An IOMMU in the hypervisor's hands, whose stage 2 follows the host's, as on Android. */
  HYPERVISOR_IOMMU
}
