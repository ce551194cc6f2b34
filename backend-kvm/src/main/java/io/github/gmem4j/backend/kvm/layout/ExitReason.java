package io.github.gmem4j.backend.kvm.layout;

/** Values of {@code kvm_run.exit_reason}. */
public final class ExitReason {
  /** Nothing was told. */
  public static final int UNKNOWN = 0;

  /** {@code KVM_EXIT_IO}: the guest used an I/O port. */
  public static final int IO = 2;

  /** {@code KVM_EXIT_HYPERCALL}. */
  public static final int HYPERCALL = 3;

  /** {@code KVM_EXIT_HLT}. */
  public static final int HLT = 5;

  /** {@code KVM_EXIT_MMIO}. */
  public static final int MMIO = 6;

  /** {@code KVM_EXIT_SHUTDOWN}: the guest took an exception that it could not handle. */
  public static final int SHUTDOWN = 8;

  /** {@code KVM_EXIT_FAIL_ENTRY}: the hardware would not enter the guest. */
  public static final int FAIL_ENTRY = 9;

  /** {@code KVM_EXIT_INTERNAL_ERROR}. */
  public static final int INTERNAL_ERROR = 17;

  /** {@code KVM_EXIT_SYSTEM_EVENT}. */
  public static final int SYSTEM_EVENT = 24;

  /** {@code KVM_EXIT_MEMORY_FAULT}. */
  public static final int MEMORY_FAULT = 39;

  private ExitReason() {}
}
