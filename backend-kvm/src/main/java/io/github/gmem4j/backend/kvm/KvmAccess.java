package io.github.gmem4j.backend.kvm;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.KernelException;

/** What came of opening {@code /dev/kvm}. */
public sealed interface KvmAccess {
  /** It is open. */
  record Granted(Kvm kvm) implements KvmAccess {}

  /**
   * It is not.
   *
   * @param obstacle what kind of reason
   * @param reason one line that says what to do about it
   */
  record Refused(Obstacle obstacle, String reason) implements KvmAccess {}

  /** Why a host gives no access. */
  enum Obstacle {
    /** Not Linux on x86-64. */
    PLATFORM,
    /** There is no KVM, or its module is not loaded. */
    NO_DEVICE,
    /** This process may not open it. */
    NO_PERMISSION,
    /** Its interface is another one. */
    FOREIGN_INTERFACE,
    /** The kernel refused for a reason of its own. */
    KERNEL
  }

  /**
   * Returns the open device.
   *
   * @throws KernelException if there is none
   */
  default Kvm orThrow() {
    return switch (this) {
      case Granted granted -> granted.kvm();
      case Refused refused -> throw new KernelException(Errno.ENODEV, refused.reason());
    };
  }
}
