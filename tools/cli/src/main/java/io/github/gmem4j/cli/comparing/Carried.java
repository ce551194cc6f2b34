package io.github.gmem4j.cli.comparing;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What KVM had to remember from one {@code run()} to the next.
 *
 * @param perVcpu kinds of what was remembered with a vCPU, as words
 * @param pins names under which the kernel held pages for a guest's call
 * @param perPage kinds of marks beside pages, as words
 * @param markedPages how many pages ever had a mark
 * @param thirdStatePages how many of them were neither the guest's nor the host's
 */
record Carried(
    SortedSet<String> perVcpu,
    SortedSet<String> pins,
    SortedSet<String> perPage,
    int markedPages,
    int thirdStatePages) {
  Carried {
    perVcpu = Collections.unmodifiableSortedSet(new TreeSet<>(perVcpu));
    pins = Collections.unmodifiableSortedSet(new TreeSet<>(pins));
    perPage = Collections.unmodifiableSortedSet(new TreeSet<>(perPage));
  }

  /** Returns this in words. */
  String words() {
    List<String> parts = new ArrayList<>();
    if (!perVcpu.isEmpty()) {
      parts.add("vCPU: " + String.join(", ", perVcpu));
    }
    if (!pins.isEmpty()) {
      parts.add("pin: " + String.join(", ", pins));
    }
    if (markedPages > 0) {
      String pages = markedPages == 1 ? "1 page" : markedPages + " pages";
      String third = thirdStatePages > 0 ? " (third state)" : "";
      parts.add(pages + ": " + String.join(", ", perPage) + third);
    }
    return Cells.joined(parts);
  }
}
