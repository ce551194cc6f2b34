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
 * @param mark what {@link Step.Withhold} left with the page; present with {@link Cause#WITHHELD}
 */
public record GuestFault(
    Gfn gfn,
    Shareability access,
    Cause cause,
    Optional<ByteOffset> errorOffset,
    Optional<Pending> mark) {

  /** Why a guest access could not be served. */
  public enum Cause {
    /** The page's state is not the kind of the access, see also {@link Granting.NotShared}. */
    MISMATCH,
    /** A private access, and no guest memory lies there. */
    NO_GUEST_MEMORY,
    /** The guest memory behind the slot is closed. */
    CLOSED,
    /** The page is poisoned. */
    POISONED,
    /** The platform could not give the page to the guest, or takes it away. */
    PLATFORM,
    /** The page is withheld, see {@link Step.Withhold}; the fault carries its mark. */
    WITHHELD
  }

  /** Returns the fault without any conversion tried. */
  public static GuestFault of(Gfn gfn, Shareability access, Cause cause) {
    return new GuestFault(gfn, access, cause, Optional.empty(), Optional.empty());
  }

  /** Returns the fault of a withheld page: the guest means it as its own. */
  public static GuestFault withheld(Gfn gfn, Pending mark) {
    return new GuestFault(
        gfn, Shareability.PRIVATE, Cause.WITHHELD, Optional.empty(), Optional.of(mark));
  }

  /** Returns the exit that KVM makes of it. */
  public Exit.MemoryFault toExit() {
    Errno errno = cause == Cause.POISONED ? Errno.EHWPOISON : Errno.EFAULT;
    return new Exit.MemoryFault(gfn.gpa(), ByteCount.PAGE, access, errno, errorOffset);
  }
}
