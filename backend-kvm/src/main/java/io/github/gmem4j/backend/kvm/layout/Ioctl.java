package io.github.gmem4j.backend.kvm.layout;

/**
 * The numbers of KVM's ioctls: direction, size of the argument, and a minor number under KVM's
 * type. Source: Linux, {@code include/uapi/asm-generic/ioctl.h}.
 */
public final class Ioctl {
  private static final long KVM = 0xAE;
  private static final long IN = 1;
  private static final long OUT = 2;

  /** {@code KVM_GET_API_VERSION}, on {@code /dev/kvm}. */
  public static final long GET_API_VERSION = plain(0x00);

  /** {@code KVM_CREATE_VM}, on {@code /dev/kvm}. */
  public static final long CREATE_VM = plain(0x01);

  /** {@code KVM_CHECK_EXTENSION}, on {@code /dev/kvm} and on a VM. */
  public static final long CHECK_EXTENSION = plain(0x03);

  /** {@code KVM_GET_VCPU_MMAP_SIZE}, on {@code /dev/kvm}. */
  public static final long GET_VCPU_MMAP_SIZE = plain(0x04);

  /** {@code KVM_GET_SUPPORTED_CPUID}, on {@code /dev/kvm}. */
  public static final long GET_SUPPORTED_CPUID = with(IN | OUT, 0x05, Cpuid.HEADER_BYTES);

  /** {@code KVM_CREATE_VCPU}, on a VM. */
  public static final long CREATE_VCPU = plain(0x41);

  /** {@code KVM_SET_USER_MEMORY_REGION2}, on a VM. */
  public static final long SET_USER_MEMORY_REGION2 = with(IN, 0x49, MemoryRegion2.BYTES);

  /** {@code KVM_RUN}, on a vCPU. */
  public static final long RUN = plain(0x80);

  /** {@code KVM_SET_REGS}, on a vCPU. */
  public static final long SET_REGS = with(IN, 0x82, Registers.BYTES);

  /** {@code KVM_GET_SREGS}, on a vCPU. */
  public static final long GET_SREGS = with(OUT, 0x83, SpecialRegisters.BYTES);

  /** {@code KVM_SET_SREGS}, on a vCPU. */
  public static final long SET_SREGS = with(IN, 0x84, SpecialRegisters.BYTES);

  /** {@code KVM_SET_CPUID2}, on a vCPU. */
  public static final long SET_CPUID2 = with(IN, 0x90, Cpuid.HEADER_BYTES);

  /** {@code KVM_ENABLE_CAP}, on a VM. */
  public static final long ENABLE_CAP = with(IN, 0xA3, EnableCap.BYTES);

  /** {@code KVM_SET_MEMORY_ATTRIBUTES}, on a VM. */
  public static final long SET_MEMORY_ATTRIBUTES = with(IN, 0xD2, MemoryAttributes.BYTES);

  /** {@code KVM_SET_MEMORY_ATTRIBUTES2}, on a guest_memfd: another size, so another number. */
  public static final long SET_MEMORY_ATTRIBUTES2 = with(IN | OUT, 0xD2, MemoryAttributes2.BYTES);

  /** {@code KVM_CREATE_GUEST_MEMFD}, on a VM. */
  public static final long CREATE_GUEST_MEMFD = with(IN | OUT, 0xD4, CreateGuestMemfd.BYTES);

  /** {@code KVM_PRE_FAULT_MEMORY}, on a vCPU. */
  public static final long PRE_FAULT_MEMORY = with(IN | OUT, 0xD5, PreFaultMemory.BYTES);

  private Ioctl() {}

  private static long plain(long minor) {
    return KVM << 8 | minor;
  }

  private static long with(long direction, long minor, long bytes) {
    return direction << 30 | bytes << 16 | KVM << 8 | minor;
  }
}
