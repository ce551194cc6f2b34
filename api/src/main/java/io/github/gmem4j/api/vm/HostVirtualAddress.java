package io.github.gmem4j.api.vm;

import io.github.gmem4j.api.memory.Page;

/**
 * An address in the VMM process, as a slot's {@code userspace_addr} holds it.
 *
 * @param value the byte address, unsigned 64 bits, unchecked
 */
public record HostVirtualAddress(long value) {
  /** No address. */
  public static final HostVirtualAddress NULL = new HostVirtualAddress(0);

  /** Returns the address some bytes further on. */
  public HostVirtualAddress plus(long bytes) {
    return new HostVirtualAddress(value + bytes);
  }

  /** Tells whether the address is a multiple of the page size. */
  public boolean isPageAligned() {
    return Page.isAligned(value);
  }

  @Override
  public String toString() {
    return "hva 0x" + Long.toHexString(value);
  }
}
