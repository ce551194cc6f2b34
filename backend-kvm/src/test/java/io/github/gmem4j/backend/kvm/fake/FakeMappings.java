package io.github.gmem4j.backend.kvm.fake;

import io.github.gmem4j.backend.kvm.syscall.Returned;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The mappings of guest_memfds in the fake kernel's only process. */
final class FakeMappings {
  private record Area(long address, FakeGmem memory, long length, long offset) {
    long pageAt(long at) {
      return (offset + at - address) / 4096;
    }
  }

  private final TreeMap<Long, Area> areas = new TreeMap<>();

  void add(long address, FakeGmem memory, long length, long offset) {
    areas.put(address, new Area(address, memory, length, offset));
    memory.mapped.put(address, new HashSet<>());
  }

  void remove(long address) {
    Area gone = areas.remove(address);
    if (gone != null) {
      gone.memory().mapped.remove(address);
    }
  }

  private @Nullable Area at(long address) {
    Map.Entry<Long, Area> entry = areas.floorEntry(address);
    return entry != null && address < entry.getKey() + entry.getValue().length()
        ? entry.getValue()
        : null;
  }

  FakeGmem memoryAt(long address) {
    Area area = at(address);
    if (area == null) {
      throw new AssertionError("nothing is mapped at 0x" + Long.toHexString(address));
    }
    return area.memory();
  }

  boolean isMapped(long address) {
    Area area = at(address);
    return area != null
        && area.memory()
            .mapped
            .getOrDefault(area.address(), new HashSet<>())
            .contains(area.pageAt(address));
  }

  boolean isTouched(long address) {
    Area area = at(address);
    if (area == null) {
      return false;
    }
    FakeGmem.Folio folio = area.memory().folios.get(area.pageAt(address));
    return folio != null && folio.touched;
  }

  void drop(long address, long length) {
    for (long page = address; page < address + length; page += 4096) {
      Area area = at(page);
      if (area != null) {
        area.memory()
            .mapped
            .getOrDefault(area.address(), new HashSet<>())
            .remove(area.pageAt(page));
      }
    }
  }

  /** Touches a page as the host; null where it cannot be touched. */
  FakeGmem.@Nullable Folio touch(long address) {
    Area area = at(address);
    if (area == null) {
      return null;
    }
    long page = area.pageAt(address);
    if (page >= area.memory().size / 4096 || !area.memory().shared.contains(page)) {
      return null;
    }
    area.memory().mapped.computeIfAbsent(area.address(), a -> new HashSet<>()).add(page);
    return area.memory().folio(page);
  }

  /** Copies page by page, as far as pages can be touched. */
  Returned move(long address, long count, MemorySegment file, boolean toAddress) {
    long done = 0;
    while (done < count) {
      FakeGmem.Folio folio = touch(address + done);
      if (folio == null) {
        break;
      }
      long inPage = (address + done) % 4096;
      long n = Math.min(count - done, 4096 - inPage);
      MemorySegment page = MemorySegment.ofArray(folio.bytes);
      if (toAddress) {
        MemorySegment.copy(file, done, page, inPage, n);
      } else {
        MemorySegment.copy(page, inPage, file, done, n);
      }
      done += n;
    }
    return done == 0 ? Returned.failure(FakeGmem.EFAULT) : Returned.of(done);
  }
}
