package io.github.gmem4j.backend.kvm.vcpu;

import io.github.gmem4j.api.policy.GuestKernel;

/**
 * What the guests of a VM are made of.
 *
 * @param kernel how they fulfil a request, see {@link
 *     io.github.gmem4j.api.guest.GuestAction.Request}
 * @param hypercalls how they call the hypervisor
 */
public record GuestCode(GuestKernel kernel, HypercallConvention hypercalls) {}
