package io.github.gmem4j.backend.kvm.probe;

/**
 * What came of using VMs of one type.
 *
 * @param guestMemory a guest_memfd was created
 * @param mapping one that begins shared was mapped, and a byte stored and loaded again
 * @param punching a hole was punched, and a byte that was there is gone
 * @param binding it was bound to a slot
 * @param pipePin a page was put into a pipe
 * @param ringPin a page was registered as a buffer of io_uring
 * @param pinsBlock a page in a pipe could not be made private, and could once the pipe was gone
 * @param running a guest that halts left KVM_RUN by itself
 * @param hypercall a guest's KVM_HC_MAP_GPA_RANGE left KVM_RUN, and the answer brought it to its
 *     end
 */
public record VmFindings(
    Finding guestMemory,
    Finding mapping,
    Finding punching,
    Finding binding,
    Finding pipePin,
    Finding ringPin,
    Finding pinsBlock,
    Finding running,
    Finding hypercall) {
  /** Returns what is found where no VM could be created. */
  static VmFindings without(Finding vm) {
    return new VmFindings(vm, vm, vm, vm, vm, vm, vm, vm, vm);
  }
}
