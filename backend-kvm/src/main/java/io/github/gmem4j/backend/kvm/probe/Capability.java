package io.github.gmem4j.backend.kvm.probe;

/**
 * The answers of {@code KVM_CHECK_EXTENSION} that this backend looks at. How a kernel converts is
 * not among them: the number for conversion in place is not final, so {@link ConversionProbe}
 * tries.
 */
public enum Capability {
  /** How many memory slots a VM has. */
  NR_MEMSLOTS(10),
  /** Which hypercalls can leave KVM_RUN, a bit for each. */
  EXIT_HYPERCALL(201),
  /** Slots can be bound to a guest_memfd. */
  USER_MEMORY2(231),
  /** Accesses that cannot be served leave KVM_RUN with what they were. */
  MEMORY_FAULT_INFO(232),
  /** Which attributes a VM keeps for its frames. */
  MEMORY_ATTRIBUTES(233),
  /** There is guest_memfd. */
  GUEST_MEMFD(234),
  /** Which VM types there are, a bit for each. */
  VM_TYPES(235),
  /** Pages can be mapped ahead of their first touch. */
  PRE_FAULT_MEMORY(236),
  /** Which creation flags a guest_memfd takes. */
  GUEST_MEMFD_FLAGS(244);

  private final int number;

  Capability(int number) {
    this.number = number;
  }

  /** Returns the kernel's number. */
  public int number() {
    return number;
  }
}
