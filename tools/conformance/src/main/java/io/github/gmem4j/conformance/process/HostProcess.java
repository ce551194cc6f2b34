package io.github.gmem4j.conformance.process;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.vm.HostVirtualAddress;
import io.github.gmem4j.conformance.operation.Backing;
import java.util.Optional;

/**
 * The address space of a host process: for each guest memory of a sequence at most one area, which
 * is what slots of this memory name as their {@code userspace_addr}. Not thread-safe.
 */
public interface HostProcess {
  /** Makes an area of fresh memory that is not the guest memory itself (generation C). */
  void mapBacking(int g, Backing backing, ByteCount size);

  /** Makes an area of a mapping of the guest memory itself (generation B). */
  void mapMemory(int g, GuestMemory memory, HostMapping mapping);

  /** Returns the area of guest memory {@code g}, if it was ever mapped and not removed since. */
  Optional<? extends Area> area(int g);

  /** Returns where the area of guest memory {@code g} begins; null address if there is none. */
  HostVirtualAddress address(int g);

  /** Removes the area of guest memory {@code g}, if there is one. */
  void unmap(int g);

  /**
   * Returns a child with the mappings of this moment.
   *
   * @throws UnsupportedOperationException if this process cannot fork
   */
  HostProcess fork();

  /** Ends the process: removes every area. */
  void exit();
}
