package io.github.gmem4j.backend.kvm.fake;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** A guest_memfd of the fake kernel. */
final class FakeGmem implements FakeFile {
  static final int EAGAIN = 11;
  static final int EFAULT = 14;
  static final int EINVAL = 22;
  static final int EOPNOTSUPP = 95;

  /** A page's bytes and the references on it. */
  static final class Folio {
    static final Folio NONE = new Folio();
    final byte[] bytes = new byte[4096];
    int references;
    boolean touched;
  }

  final FakeVm vm;
  final long size;
  final long flags;
  final Map<Long, Folio> folios = new HashMap<>();
  final Set<Long> shared = new HashSet<>();

  /** The pages that each mapping has in its page table, by the mapping's address. */
  final Map<Long, Set<Long>> mapped = new HashMap<>();

  FakeGmem(FakeVm vm, long size, long flags) {
    this.vm = vm;
    this.size = size;
    this.flags = flags;
    if ((flags & 2) != 0) {
      for (long page = 0; page < size / 4096; page++) {
        shared.add(page);
      }
    }
  }

  Folio folio(long page) {
    Folio folio = folios.computeIfAbsent(page, p -> new Folio());
    folio.touched = true;
    return folio;
  }

  /** Returns 0 or an errno. */
  int convert(MemorySegment struct) {
    long offset = struct.get(ValueLayout.JAVA_LONG, 0);
    long bytes = struct.get(ValueLayout.JAVA_LONG, 8);
    long attributes = struct.get(ValueLayout.JAVA_LONG, 16);
    if (struct.get(ValueLayout.JAVA_LONG, 24) != 0 || struct.get(ValueLayout.JAVA_LONG, 40) != 0) {
      return EINVAL;
    }
    if (!vm.isProtected()
        || (attributes & ~8) != 0
        || bytes <= 0
        || offset < 0
        || (offset | bytes) % 4096 != 0
        || offset >= size
        || bytes > size - offset) {
      return EINVAL;
    }
    for (long page = offset / 4096; page < (offset + bytes) / 4096; page++) {
      Folio folio = folios.get(page);
      if (attributes != 0 && folio != null && folio.references > 0) {
        struct.set(ValueLayout.JAVA_LONG, 32, page * 4096);
        return EAGAIN;
      }
    }
    for (long page = offset / 4096; page < (offset + bytes) / 4096; page++) {
      if (attributes == 0) {
        shared.add(page);
      } else {
        shared.remove(page);
        long gone = page;
        mapped.values().forEach(table -> table.remove(gone));
      }
    }
    return 0;
  }

  /** Returns 0 or an errno. */
  int fallocate(int mode, long offset, long length) {
    if ((mode & 1) == 0 || (mode & ~3) != 0) {
      return EOPNOTSUPP;
    }
    if (length <= 0 || offset < 0 || (offset | length) % 4096 != 0) {
      return EINVAL;
    }
    if (mode == 1 && length > size - offset) {
      return EINVAL;
    }
    for (long page = offset / 4096; page < (offset + length) / 4096; page++) {
      if (mode == 1) {
        folios.computeIfAbsent(page, p -> new Folio());
      } else {
        folios.remove(page);
        long gone = page;
        mapped.values().forEach(table -> table.remove(gone));
      }
    }
    return 0;
  }
}
