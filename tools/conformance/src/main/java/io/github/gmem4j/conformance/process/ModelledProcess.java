package io.github.gmem4j.conformance.process;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.Signal;
import io.github.gmem4j.api.vm.HostAddressSpace;
import io.github.gmem4j.api.vm.HostVirtualAddress;
import io.github.gmem4j.conformance.operation.Backing;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A host process that is modelled, for the in-memory engine: its areas are objects, at addresses
 * far from each other.
 */
public final class ModelledProcess implements HostProcess, HostAddressSpace {
  // Any page-aligned user addresses do, as long as no offset of one area reaches the next.
  private static final long FIRST_ADDRESS = 0x7000_0000_0000L;
  private static final long STRIDE = 0x0100_0000_0000L;

  private final Map<Integer, MappedArea> areas = new TreeMap<>();

  /** Maps the area of guest memory {@code g}. */
  public void map(int g, MappedArea area) {
    areas.put(g, area);
  }

  @Override
  public void mapBacking(int g, Backing backing, ByteCount size) {
    map(
        g,
        new MappedArea(
            size,
            switch (backing) {
              case MEMFD -> new SharedFileSource();
              case ANON -> new AnonymousSource();
            }));
  }

  @Override
  public void mapMemory(int g, GuestMemory memory, HostMapping mapping) {
    map(g, new MappedArea(mapping.length(), new GuestMemorySource(memory, mapping)));
  }

  @Override
  public Optional<MappedArea> area(int g) {
    return Optional.ofNullable(areas.get(g));
  }

  @Override
  public HostVirtualAddress address(int g) {
    return areas.containsKey(g)
        ? new HostVirtualAddress(FIRST_ADDRESS + g * STRIDE)
        : HostVirtualAddress.NULL;
  }

  @Override
  public void unmap(int g) {
    MappedArea area = areas.remove(g);
    if (area != null) {
      area.close();
    }
  }

  @Override
  public ModelledProcess fork() {
    ModelledProcess child = new ModelledProcess();
    areas.forEach((g, area) -> child.map(g, area.fork()));
    return child;
  }

  @Override
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
