package io.github.gmem4j.core.memory;

import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.Withheld;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * The shared pages of a memory that a policy keeps from the guest or from everyone. Nearly always
 * empty. Changed under the memory's lock held exclusively, read without any.
 */
final class WithheldPages {
  /** What stands beside a withheld page. */
  private record Note(Withheld from, Pending mark) {}

  private final Map<Long, Note> notes = new ConcurrentSkipListMap<>();

  /** Withholds a page; a newer mark replaces an older one. */
  void add(long index, Withheld from, Pending mark) {
    notes.put(index, new Note(from, mark));
  }

  /** Returns the mark of a page; null if the page is not withheld. */
  @Nullable Pending markOf(long index) {
    if (notes.isEmpty()) {
      return null;
    }
    Note note = notes.get(index);
    return note == null ? null : note.mark();
  }

  /** Tells whether a page is withheld from the host, too. */
  boolean isFromEveryone(long index) {
    if (notes.isEmpty()) {
      return false;
    }
    Note note = notes.get(index);
    return note != null && note.from() == Withheld.FROM_EVERYONE;
  }

  /** Ends the withholding of a range. */
  void clear(long first, long end) {
    if (!notes.isEmpty()) {
      indices(first, end).forEach(notes::remove);
    }
  }

  /** Returns the pages of a range that are withheld from everyone. */
  List<Long> fromEveryone(long first, long end) {
    return notes.isEmpty()
        ? List.of()
        : indices(first, end).stream().filter(this::isFromEveryone).toList();
  }

  private List<Long> indices(long first, long end) {
    return notes.keySet().stream().filter(index -> index >= first && index < end).toList();
  }
}
