package io.github.gmem4j.conformance.recorder;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Shareability;

/** An open file that is no guest memory: calls of guest memory do not exist for it. */
final class OtherFile implements GuestMemory {
  private static final String REASON = "the descriptor is not a guest memory's";

  @Override
  public ByteCount size() {
    return ByteCount.ZERO;
  }

  @Override
  public ConversionOutcome convert(ConversionRequest request) {
    return new ConversionOutcome.Rejected(Errno.ENOTTY, REASON);
  }

  @Override
  public Shareability shareability(PageIndex page) {
    throw new IndexOutOfBoundsException(REASON);
  }

  @Override
  public KernelResult<ByteRange> fallocate(int mode, ByteRange range) {
    return KernelResult.failed(Errno.ENODEV, REASON);
  }

  @Override
  public KernelResult<ByteCount> truncate(ByteCount size) {
    return KernelResult.failed(Errno.EINVAL, REASON);
  }

  @Override
  public KernelResult<HostMapping> map(ByteCount length) {
    return KernelResult.failed(Errno.ENODEV, REASON);
  }

  @Override
  public boolean isPopulated(PageIndex page) {
    return false;
  }

  @Override
  public KernelResult<PageIndex> poison(PageIndex page) {
    return KernelResult.failed(Errno.EINVAL, REASON);
  }

  @Override
  public void close() {
    // Nothing of the VM's depends on it.
  }
}
