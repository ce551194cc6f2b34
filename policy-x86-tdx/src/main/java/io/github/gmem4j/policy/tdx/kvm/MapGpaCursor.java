package io.github.gmem4j.policy.tdx.kvm;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.policy.tdx.tdcall.VmCall;

/**
 * How far a MapGPA has come. KVM keeps these two numbers per vCPU and shows them to nobody.
 *
 * <p>Source: Linux 7.3 {@code arch/x86/kvm/vmx/tdx.c}.
 *
 * @param next where the chunk in flight begins, with the request's SHARED bit
 * @param end one past the request's last byte, with the request's SHARED bit
 */
record MapGpaCursor(long next, long end) implements Pending {
  /**
   * Most bytes of one exit. Chunks count from the start of the request, not from a 2 MiB boundary:
   * a request that begins inside a huge page straddles two of them with each chunk.
   */
  static final ByteCount CHUNK = ByteCount.mib(2);

  /** Begins a request that was checked. */
  static MapGpaCursor of(VmCall.MapGpa call) {
    return new MapGpaCursor(call.start(), call.start() + call.length());
  }

  /** Returns the size of the chunk in flight. */
  ByteCount chunk() {
    return new ByteCount(Math.min(CHUNK.value(), end - next));
  }

  /** Tells whether the chunk in flight is the last. */
  boolean isLast() {
    return end - next <= CHUNK.value();
  }

  /** Returns the cursor behind the chunk in flight. */
  MapGpaCursor advanced() {
    return new MapGpaCursor(next + CHUNK.value(), end);
  }
}
