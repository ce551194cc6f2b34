package io.github.gmem4j.api.policy;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gfn;
import java.util.Optional;

/**
 * A guest access that could not be served.
 *
 * @param gfn the frame
 * @param access the kind of access the guest made
 * @param cause why it could not be served
 * @param errorOffset where a conversion inside the kernel failed, if one was tried
 */
public record GuestFault(
    Gfn gfn, Shareability access, Cause cause, Optional<ByteOffset> errorOffset) {

  /** Why a guest access could not be served. */
  public enum Cause {
    /** The page's state is not the kind of the access. */
    MISMATCH,
    /** A private access, and no guest memory lies there. */
    NO_GUEST_MEMORY,
    /** The guest memory behind the slot is closed. */
    CLOSED,
    /** The page is poisoned. */
    POISONED,
    /** The platform could not make the page private. */
    PLATFORM
  }

  /** Returns the fault without any conversion tried. */
  public static GuestFault of(Gfn gfn, Shareability access, Cause cause) {
    return new GuestFault(gfn, access, cause, Optional.empty());
  }

  /** Returns the exit that KVM makes of it. */
  public Exit.MemoryFault toExit() {
    Errno errno = cause == Cause.POISONED ? Errno.EHWPOISON : Errno.EFAULT;
    return new Exit.MemoryFault(gfn.gpa(), ByteCount.PAGE, access, errno, errorOffset);
  }
}
