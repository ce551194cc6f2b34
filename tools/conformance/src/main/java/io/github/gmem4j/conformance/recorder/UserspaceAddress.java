package io.github.gmem4j.conformance.recorder;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.vm.HostVirtualAddress;
import io.github.gmem4j.conformance.operation.SlotOperation;
import io.github.gmem4j.conformance.process.HostProcess;

/** Where the recorder says that a slot's bytes lie in its process. */
public final class UserspaceAddress {
  private static final long PAGES_PAST_THE_END = 16;

  private UserspaceAddress() {}

  /** Returns the address for a bind; an offset far past the end of the memory counts as 0. */
  public static HostVirtualAddress of(
      SlotOperation.Bind bind, HostProcess process, Descriptors descriptors) {
    int g = Math.max(bind.g(), 0);
    ByteCount size = descriptors.file(g).map(file -> file.memory().size()).orElse(ByteCount.ZERO);
    return process.address(g).plus(reach(bind.offset(), size)).plus(bind.hvaDelta());
  }

  private static long reach(ByteOffset offset, ByteCount size) {
    long page = offset.value() & ~Page.OFFSET_MASK;
    long limit = size.value() + PAGES_PAST_THE_END * Page.BYTES;
    return Long.compareUnsigned(page, limit) < 0 ? page : 0;
  }
}
