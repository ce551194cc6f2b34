package io.github.gmem4j.backend.kvm.memory;

import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.GuestMemory;

/** Told when the kernel takes bytes of a memory from the guest: converted, or punched out. */
@FunctionalInterface
public interface Dropped {
  /** The guest's mappings of these bytes are gone. */
  void fromGuest(GuestMemory memory, ByteRange range);
}
