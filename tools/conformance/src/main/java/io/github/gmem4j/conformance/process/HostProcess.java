package io.github.gmem4j.conformance.process;

import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.Signal;
import io.github.gmem4j.api.vm.HostAddressSpace;
import io.github.gmem4j.api.vm.HostVirtualAddress;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The address space of a host process: for each guest memory of the recording at most one area, at
 * an address of its own, far from every other.
 */
public final class HostProcess implements HostAddressSpace {
  // Any page-aligned user addresses do, as long as no offset of one area reaches the next.
  private static final long FIRST_ADDRESS = 0x7000_0000_0000L;
  private static final long STRIDE = 0x0100_0000_0000L;

  private final Map<Integer, MappedArea> areas = new TreeMap<>();

  /** Maps the area of guest memory {@code g}. */
  public void map(int g, MappedArea area) {
    areas.put(g, area);
  }

  /** Returns the area of guest memory {@code g}, if it was ever mapped and not removed since. */
  public Optional<MappedArea> area(int g) {
    return Optional.ofNullable(areas.get(g));
  }

  /** Returns where the area of guest memory {@code g} begins; null address if there is none. */
  public HostVirtualAddress address(int g) {
    return areas.containsKey(g)
        ? new HostVirtualAddress(FIRST_ADDRESS + g * STRIDE)
        : HostVirtualAddress.NULL;
  }

  /** Removes the area of guest memory {@code g}, if there is one. */
  public void unmap(int g) {
    MappedArea area = areas.remove(g);
    if (area != null) {
      area.close();
    }
  }

  /** Returns a child with the mappings of this moment. */
  public HostProcess fork() {
    HostProcess child = new HostProcess();
    areas.forEach((g, area) -> child.map(g, area.fork()));
    return child;
  }

  /** Ends the process: removes every area. */
  public void exit() {
    areas.values().forEach(MappedArea::close);
    areas.clear();
  }

  @Override
  public HostAccess load(HostVirtualAddress at, byte[] into) {
    MappedArea area = areas.get(number(at));
    return area == null ? nothingAt(at) : area.load(offset(at), into);
  }

  @Override
  public HostAccess store(HostVirtualAddress at, byte[] from) {
    MappedArea area = areas.get(number(at));
    return area == null ? nothingAt(at) : area.store(offset(at), from);
  }

  private static int number(HostVirtualAddress at) {
    long beyond = at.value() - FIRST_ADDRESS;
    return beyond < 0 ? -1 : (int) Math.min(beyond / STRIDE, Integer.MAX_VALUE);
  }

  private static ByteOffset offset(HostVirtualAddress at) {
    return new ByteOffset((at.value() - FIRST_ADDRESS) % STRIDE);
  }

  private static HostAccess nothingAt(HostVirtualAddress at) {
    return new HostAccess.Fault(Signal.SIGSEGV, "nothing is mapped at " + at);
  }
}
