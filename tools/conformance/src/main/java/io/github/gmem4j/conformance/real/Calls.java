package io.github.gmem4j.conformance.real;

/** Numbers of Linux's x86-64 interface that only an area needs. Source: its uAPI headers. */
final class Calls {
  static final long MMAP = 9;
  static final long FCNTL = 72;
  static final long MLOCK = 149;
  static final long MUNLOCK = 150;

  static final int MAP_FIXED_NOREPLACE = 0x100000;
  static final int MADV_REMOVE = 9;
  static final int MADV_POPULATE_READ = 22;
  static final int MADV_POPULATE_WRITE = 23;
  static final long F_SETPIPE_SZ = 1031;
  static final long REGISTER_BUFFERS = 0;
  static final long UNREGISTER_BUFFERS = 1;

  private Calls() {}
}
