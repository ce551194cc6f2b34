package io.github.gmem4j.core.memory;

import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.Page;

/** Allocating and freeing the pages of a memory: fallocate. */
final class FileSpace {
  private FileSpace() {}

  static KernelResult<ByteRange> fallocate(MemoryView view, int mode, ByteRange range) {
    KernelResult<ByteRange> refusal = Vfs.check(mode, range);
    if (!refusal.succeeded()) {
      return refusal;
    }
    if ((mode & GuestMemory.KEEP_SIZE) == 0
        || (mode & ~(GuestMemory.KEEP_SIZE | GuestMemory.PUNCH_HOLE)) != 0) {
      return KernelResult.failed(
          Errno.EOPNOTSUPP, "unsupported mode: 0x" + Integer.toHexString(mode));
    }
    if (!range.isPageAligned()) {
      return KernelResult.failed(Errno.EINVAL, "the range is not page aligned: " + range);
    }
    return (mode & GuestMemory.PUNCH_HOLE) != 0 ? punch(view, range) : allocate(view, range);
  }

  private static KernelResult<ByteRange> punch(MemoryView view, ByteRange range) {
    Inode inode = view.inode();
    long first = Math.min(range.start().value(), inode.bytes()) >>> Page.SHIFT;
    long end = Math.min(range.start().value() + range.size().value(), inode.bytes()) >>> Page.SHIFT;
    long stamp = inode.lockExclusive();
    try {
      if (!view.isOpen()) {
        return MemoryView.closed();
      }
      Withholding.settleBeforePunch(inode, first, end);
      Invalidation.begin(inode, first, end, Zap.ALL);
      try {
        inode.dropPages(first, end);
      } finally {
        Invalidation.end(inode, first, end);
      }
    } finally {
      inode.unlockExclusive(stamp);
    }
    return KernelResult.ok(range);
  }

  private static KernelResult<ByteRange> allocate(MemoryView view, ByteRange range) {
    Inode inode = view.inode();
    long endByte = range.start().value() + range.size().value();
    if (endByte > inode.bytes()) {
      return KernelResult.failed(Errno.EINVAL, "the range ends past the memory's end: " + range);
    }
    long stamp = inode.lockShared();
    try {
      if (!view.isOpen()) {
        return MemoryView.closed();
      }
      for (long i = range.start().value() >>> Page.SHIFT; i < endByte >>> Page.SHIFT; i++) {
        if (inode.pageAt(i) == null) {
          return KernelResult.failed(
              Errno.ENOMEM, "no memory for page " + i + "; the pages before it are allocated");
        }
      }
      return KernelResult.ok(range);
    } finally {
      inode.unlockShared(stamp);
    }
  }
}
