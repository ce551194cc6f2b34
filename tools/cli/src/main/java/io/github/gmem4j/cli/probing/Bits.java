package io.github.gmem4j.cli.probing;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A set of things that the kernel tells as the bits of a number.
 *
 * @param names what the bits stand for
 */
record Bits(Map<Integer, String> names) {
  /** Creation flags of a guest_memfd. */
  static final Bits GUEST_MEMFD_FLAGS = new Bits(Map.of(0, "MMAP", 1, "INIT_SHARED"));

  /** Attributes of a VM's frames. */
  static final Bits MEMORY_ATTRIBUTES = new Bits(Map.of(3, "PRIVATE"));

  /** Hypercalls by their numbers. */
  static final Bits EXIT_HYPERCALLS = new Bits(Map.of(12, "MAP_GPA_RANGE"));

  /** Copies the map. */
  Bits {
    names = Map.copyOf(names);
  }

  /** Returns the names of the bits that are set; a bit without a name as its number. */
  List<String> in(long value) {
    List<String> set = new ArrayList<>();
    for (int bit = 0; bit < Long.SIZE; bit++) {
      if ((value & 1L << bit) != 0) {
        set.add(names.getOrDefault(bit, "bit " + bit));
      }
    }
    return set;
  }
}
