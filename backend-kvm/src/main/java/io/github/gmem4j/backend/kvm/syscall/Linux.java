package io.github.gmem4j.backend.kvm.syscall;

/** Numbers of Linux's generic and x86-64 interface. Source: the kernel's uAPI headers. */
public final class Linux {
  /** {@code O_RDONLY}. */
  public static final int O_RDONLY = 0;

  /** {@code O_RDWR}. */
  public static final int O_RDWR = 2;

  /** {@code O_NONBLOCK}. */
  public static final int O_NONBLOCK = 0x800;

  /** {@code O_CLOEXEC}. */
  public static final int O_CLOEXEC = 0x80000;

  /** {@code PROT_READ}. */
  public static final int PROT_READ = 1;

  /** {@code PROT_READ | PROT_WRITE}. */
  public static final int PROT_READ_WRITE = 3;

  /** {@code MAP_SHARED}. */
  public static final int MAP_SHARED = 1;

  /** {@code MAP_FIXED}. */
  public static final int MAP_FIXED = 0x10;

  /** {@code MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE}. */
  public static final int MAP_ANONYMOUS_LAZY = 0x2 | 0x20 | 0x4000;

  /** {@code MADV_DONTNEED}. */
  public static final int MADV_DONTNEED = 4;

  /** {@code MFD_CLOEXEC}. */
  public static final int MFD_CLOEXEC = 1;

  /** {@code F_SETFD} of {@code fcntl(2)}. */
  public static final long F_SETFD = 2;

  /** {@code FD_CLOEXEC}. */
  public static final long FD_CLOEXEC = 1;

  /** {@code FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE}. */
  public static final int FALLOC_PUNCH = 3;

  /** System call {@code fcntl}. */
  public static final long SYS_FCNTL = 72;

  /** System call {@code io_uring_setup}. */
  public static final long SYS_IO_URING_SETUP = 425;

  /** System call {@code io_uring_enter}. */
  public static final long SYS_IO_URING_ENTER = 426;

  /** System call {@code io_uring_register}. */
  public static final long SYS_IO_URING_REGISTER = 427;

  /** System call {@code cachestat}. */
  public static final long SYS_CACHESTAT = 451;

  /** {@code EPERM}. */
  public static final int EPERM = 1;

  /** {@code ENOENT}. */
  public static final int ENOENT = 2;

  /** {@code ENXIO}. */
  public static final int ENXIO = 6;

  /** {@code EACCES}. */
  public static final int EACCES = 13;

  /** {@code ENODEV}. */
  public static final int ENODEV = 19;

  private Linux() {}
}
