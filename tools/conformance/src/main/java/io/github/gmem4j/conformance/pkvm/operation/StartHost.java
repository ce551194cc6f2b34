package io.github.gmem4j.conformance.pkvm.operation;

import io.github.gmem4j.conformance.operation.Backing;
import io.github.gmem4j.policy.pkvm.el2.VmKind;
import java.util.OptionalLong;

/**
 * Begins a sequence: host memory, and VM 0 with its reserved slot.
 *
 * @param kind what VM 0 is
 * @param backing what the host memory is
 * @param pages how large it is, in pages
 * @param vcpus how many vCPUs each VM has
 * @param ipaBits how wide a guest physical address is
 * @param memlockPages how many pages the process may lock; empty if it may lock all
 * @param profile the generator's mix of operations; says nothing about their results
 * @param seed the generator's seed
 */
public record StartHost(
    VmKind kind,
    Backing backing,
    int pages,
    int vcpus,
    int ipaBits,
    OptionalLong memlockPages,
    String profile,
    long seed)
    implements PkvmOperation {}
