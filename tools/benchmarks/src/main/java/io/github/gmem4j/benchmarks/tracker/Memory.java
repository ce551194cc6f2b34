package io.github.gmem4j.benchmarks.tracker;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Measures the heap that a filled map retains, as the difference in use after collections. */
final class Memory {
  /** Small maps are made many times over, for their sum to stand out from the rest of the heap. */
  private static final int COPIES = 200;

  private static final long SMALL = 1 << 20;

  private Memory() {}

  /** The guests whose maps are measured. */
  enum Fill {
    MEM_PRIVATE,
    MEM_FEW,
    MEM_BOOT,
    MEM_FRAG;

    String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private void apply(PageMap map, int pages) {
      switch (this) {
        case MEM_PRIVATE -> Guests.allPrivate(map, pages);
        case MEM_FEW -> Guests.few(map, pages);
        case MEM_BOOT -> Guests.boot(map, pages);
        case MEM_FRAG -> Guests.alternating(map, pages);
      }
    }
  }

  /** The bytes that one map retains. */
  static long retained(Implementation implementation, GuestSize size, Fill fill) {
    long one = retained(implementation, size, fill, 1);
    return one < SMALL ? retained(implementation, size, fill, COPIES) : one;
  }

  private static long retained(
      Implementation implementation, GuestSize size, Fill fill, int copies) {
    List<PageMap> maps = new ArrayList<>(copies);
    long before = used();
    for (int i = 0; i < copies; i++) {
      PageMap map = implementation.create(size.pages());
      fill.apply(map, size.pages());
      maps.add(map);
    }
    long bytes = (used() - before) / copies;
    // The maps must be alive until here.
    return maps.size() == copies ? bytes : 0;
  }

  private static long used() {
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    memory.gc();
    memory.gc();
    return memory.getHeapMemoryUsage().getUsed();
  }
}
