package io.github.gmem4j.api.policy;

/**
 * What a policy may know of the vCPU it decides for.
 *
 * @param id the vCPU's number in its VM, from 0
 * @param eventPending whether an interrupt waits for the guest
 * @param mapGpaExits whether the VMM has enabled exits for {@code KVM_HC_MAP_GPA_RANGE}
 * @param unshareExits whether the VMM has enabled {@link io.github.gmem4j.api.vm.Exit.Unshare}
 */
public record VcpuView(int id, boolean eventPending, boolean mapGpaExits, boolean unshareExits) {}
