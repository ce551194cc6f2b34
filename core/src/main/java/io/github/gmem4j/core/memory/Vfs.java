package io.github.gmem4j.core.memory;

import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.KernelResult;

/**
 * What the kernel's file layer checks before a guest_memfd sees an fallocate. Source: Linux 7.3,
 * {@code fs/open.c}.
 */
final class Vfs {
  private static final int KEEP_SIZE = 0x01;
  private static final int PUNCH_HOLE = 0x02;
  private static final int COLLAPSE_RANGE = 0x08;
  private static final int ZERO_RANGE = 0x10;
  private static final int INSERT_RANGE = 0x20;
  private static final int UNSHARE_RANGE = 0x40;
  private static final int WRITE_ZEROES = 0x80;

  private Vfs() {}

  static KernelResult<ByteRange> check(int mode, ByteRange range) {
    long start = range.start().value();
    long size = range.size().value();
    if (start < 0 || size <= 0) {
      return KernelResult.failed(Errno.EINVAL, "not a range of file bytes: " + range);
    }
    if (!isFileMode(mode)) {
      return KernelResult.failed(
          Errno.EOPNOTSUPP, "not a mode of any file: 0x" + Integer.toHexString(mode));
    }
    if (start + size < 0) {
      return KernelResult.failed(Errno.EFBIG, "past the end of any file: " + range);
    }
    return KernelResult.ok(range);
  }

  private static boolean isFileMode(int mode) {
    return switch (mode & ~KEEP_SIZE) {
      case 0, ZERO_RANGE, UNSHARE_RANGE -> true;
      case PUNCH_HOLE -> (mode & KEEP_SIZE) != 0;
      case COLLAPSE_RANGE, INSERT_RANGE, WRITE_ZEROES -> (mode & KEEP_SIZE) == 0;
      default -> false;
    };
  }
}
