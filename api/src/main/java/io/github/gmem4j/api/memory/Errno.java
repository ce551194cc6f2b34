package io.github.gmem4j.api.memory;

import java.util.Optional;

/**
 * The error numbers that guest memory, VMs and vCPUs answer with. Numbers are Linux's generic ones
 * ({@code asm-generic/errno-base.h}, {@code errno.h}).
 */
public enum Errno {
  /** Operation not permitted. */
  EPERM(1),
  /** No such slot, or nothing mapped there. */
  ENOENT(2),
  /** No such thread. */
  ESRCH(3),
  /** A signal or a kick came first; call again. */
  EINTR(4),
  /** The VM is dead, or the host environment broke. */
  EIO(5),
  /** No such device or address. */
  ENXIO(6),
  /** Too large: a mapping is larger than the page asked about. */
  E2BIG(7),
  /** The memory (its file descriptor) is closed. */
  EBADF(9),
  /** Something still holds a page; drop it and call again. */
  EAGAIN(11),
  /** Out of memory; nothing was changed. */
  ENOMEM(12),
  /** Not allowed to open it. */
  EACCES(13),
  /** An address that cannot be touched. */
  EFAULT(14),
  /** In use by somebody else right now. */
  EBUSY(16),
  /** Overlaps something that exists. */
  EEXIST(17),
  /** The memory cannot be mapped into the host. */
  ENODEV(19),
  /** An argument is illegal. */
  EINVAL(22),
  /** Too many open files in the system. */
  ENFILE(23),
  /** Too many open files in the process. */
  EMFILE(24),
  /** The call does not exist for this object on this kernel. */
  ENOTTY(25),
  /** A file offset past what any file can have. */
  EFBIG(27),
  /** No room is left for objects of this kind. */
  ENOSPC(28),
  /** Beyond the addresses of the guest. */
  ERANGE(34),
  /** The kernel does not have the call. */
  ENOSYS(38),
  /** The mode is not supported. */
  EOPNOTSUPP(95),
  /** Overtaken by a newer request. */
  ECANCELED(125),
  /** The page is poisoned by a hardware memory error. */
  EHWPOISON(133);

  private final int number;

  Errno(int number) {
    this.number = number;
  }

  /** Returns the positive number. */
  public int number() {
    return number;
  }

  /** Returns the errno with a positive number, if it is one of these. */
  public static Optional<Errno> ofNumber(long number) {
    for (Errno errno : values()) {
      if (errno.number == number) {
        return Optional.of(errno);
      }
    }
    return Optional.empty();
  }
}
