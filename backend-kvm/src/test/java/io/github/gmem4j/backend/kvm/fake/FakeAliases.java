package io.github.gmem4j.backend.kvm.fake;

import io.github.gmem4j.backend.kvm.syscall.Returned;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The second and further mappings of memfds, of which pages can be covered by an empty file. */
final class FakeAliases {
  private record Area(FakeFile.Plain file, long length, Set<Long> covered) {}

  private final TreeMap<Long, Area> areas = new TreeMap<>();

  void add(long address, FakeFile.Plain file, long length) {
    areas.put(address, new Area(file, length, new HashSet<>()));
  }

  void remove(long address) {
    areas.remove(address);
  }

  private Map.@Nullable Entry<Long, Area> at(long address) {
    Map.Entry<Long, Area> entry = areas.floorEntry(address);
    return entry != null && address < entry.getKey() + entry.getValue().length() ? entry : null;
  }

  boolean has(long address) {
    return at(address) != null;
  }

  /** Covers pages with a file, which shows them again if it is the area's own. */
  Returned cover(long address, long length, FakeFile with) {
    Map.Entry<Long, Area> entry = at(address);
    if (entry == null || at(address + length - 1) == null) {
      throw new AssertionError("mapped over nothing at 0x" + Long.toHexString(address));
    }
    Area area = entry.getValue();
    for (long page = address; page < address + length; page += 4096) {
      if (with.equals(area.file())) {
        area.covered().remove(page);
      } else {
        area.covered().add(page);
      }
    }
    return Returned.of(address);
  }

  /** Returns a page that can be touched, as it is now: whoever holds it sees no later store. */
  FakeGmem.@Nullable Folio hold(long address) {
    Map.Entry<Long, Area> entry = at(address);
    if (entry == null || entry.getValue().covered().contains(address & -4096)) {
      return null;
    }
    long page = (address & -4096) - entry.getKey();
    FakeGmem.Folio folio = new FakeGmem.Folio();
    MemorySegment.copy(
        entry.getValue().file().bytes, page, MemorySegment.ofArray(folio.bytes), 0, 4096);
    return folio;
  }

  /** Copies as far as pages are not covered. */
  Returned move(long address, long count, MemorySegment file, boolean toAddress) {
    long done = 0;
    while (done < count) {
      long at = address + done;
      Map.Entry<Long, Area> entry = at(at);
      if (entry == null || entry.getValue().covered().contains(at & -4096)) {
        break;
      }
      long offset = at - entry.getKey();
      MemorySegment bytes = entry.getValue().file().bytes;
      if (offset >= bytes.byteSize()) {
        break;
      }
      long n = Math.min(count - done, 4096 - at % 4096);
      MemorySegment.copy(
          toAddress ? file : bytes,
          toAddress ? done : offset,
          toAddress ? bytes : file,
          toAddress ? offset : done,
          n);
      done += n;
    }
    return done == 0 ? Returned.failure(FakeGmem.EFAULT) : Returned.of(done);
  }
}
