package io.github.gmem4j.api.vm;

import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.PageCount;
import java.util.List;
import java.util.Optional;

/**
 * One VM: its slots, its guest memories, its vCPUs.
 *
 * <p>Calls answer as the kernel's do. A VM whose platform broke is dead: every call that the kernel
 * answers with EIO then answers EIO. Thread-safe.
 */
public interface VirtualMachine extends AutoCloseable {
  /** Largest slot id, address space not counted. Source: {@code KVM_USER_MEM_SLOTS}. */
  int MAX_SLOT = 32763;

  /** Most pages a slot may have. Source: {@code KVM_MEM_MAX_NR_PAGES}. */
  long MAX_SLOT_PAGES = (1L << 31) - 1;

  /** Returns what kind of VM this is. */
  VmType type();

  /** Returns where this VM's host keeps the state of its pages. */
  ConversionScope conversionScope();

  /**
   * Creates a guest memory and this VM's view of it.
   *
   * @param size in bytes, a positive multiple of the page size and below 2^63, else EINVAL; ENOMEM
   *     if the host cannot hold as much (in memory: more than 2^52 bytes)
   * @param flags {@link GuestMemory#MMAP}, {@link GuestMemory#INIT_SHARED}; any other is EINVAL
   */
  KernelResult<GuestMemory> createGuestMemory(ByteCount size, long flags);

  /**
   * Creates this VM's view of a memory that another VM of the same host has a view of.
   *
   * @return the view, or EINVAL for a memory of this VM or of another host; ENOTTY where the kernel
   *     gives a memory one VM
   */
  KernelResult<GuestMemory> linkGuestMemory(GuestMemory memory);

  /**
   * Adds or deletes a memory slot.
   *
   * @return the slot that was added or deleted, or the kernel's errno: EINVAL, EEXIST, EBADF, in
   *     the kernel's order
   */
  KernelResult<MemorySlot> setMemory(SlotRequest request);

  /** Returns the slots, in ascending order of address space and frame. */
  List<MemorySlot> slots();

  /**
   * Sets the attributes of guest frames, where the host keeps them per VM. Slots are not needed.
   *
   * @param range the guest physical bytes
   * @param attributes {@link io.github.gmem4j.api.memory.Shareability#ATTRIBUTE_PRIVATE} or 0
   * @param flags must be 0
   * @return ENOTTY where the host keeps the state in the guest memory; in generation A, which does
   *     so, too, the call is accepted and changes nothing for a slot with such a memory
   */
  ConversionOutcome setMemoryAttributes(GpaRange range, long attributes, long flags);

  /**
   * Returns which guest calls can leave {@code run()} as exits, a bit for each hypercall number:
   * what {@code KVM_CHECK_EXTENSION} says about {@code KVM_CAP_EXIT_HYPERCALL}.
   */
  long exitHypercalls();

  /**
   * Chooses which guest calls leave {@code run()} as exits. Those that do not are refused to the
   * guest.
   *
   * @param hypercalls bit mask of hypercall numbers, within {@link #exitHypercalls}, else EINVAL
   */
  KernelResult<Long> enableExitHypercalls(long hypercalls);

  /**
   * Adds private pages to the initial image.
   *
   * @param range the guest physical bytes: page aligned, not empty, else EINVAL; private, else
   *     EINVAL
   * @param source the image, as long as the range; empty to take the bytes already in the pages,
   *     which only in-place conversion allows (else EINVAL)
   * @return how many pages were added, if any were; else EINVAL once the launch is finalized or
   *     where no guest memory is bound, EFAULT if it is closed, EIO if the platform denies, EINTR
   *     if the calling thread is interrupted while the platform is busy, ENOTTY if VMs of this type
   *     have no initial image on this host
   */
  KernelResult<PageCount> populate(GpaRange range, Optional<byte[]> source);

  /**
   * Completes the initial image; from then on {@link #populate} is EINVAL. The vCPUs of some VMs
   * wait for it: until then {@link Vcpu#run} is EINVAL.
   *
   * @return whether this call did it: EINVAL if the launch was finalized before
   */
  KernelResult<VirtualMachine> finalizeLaunch();

  /**
   * Creates a vCPU that will execute a program. Every {@code run()} of a closed VM's vCPU is EIO.
   *
   * @throws io.github.gmem4j.api.memory.KernelException over a real kernel, if it refuses
   */
  Vcpu createVcpu(GuestProgram program);

  /**
   * Registers somebody who is told when the kernel has completed a guest's request and when parts
   * of this VM go. Who registers twice is told once.
   *
   * @implSpec The default registers nobody, for a VM whose VMM learns of these by other ways.
   */
  default void addListener(VmListener listener) {}

  /** Ends a registration; has no effect if there is none. */
  default void removeListener(VmListener listener) {}

  /**
   * Ends the VM: no slot is left, its vCPUs run no more, what the kernel held for their calls is
   * dropped. Its views stay usable until they are closed. Closing again has no effect.
   */
  @Override
  void close();
}
