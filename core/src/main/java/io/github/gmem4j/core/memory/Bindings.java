package io.github.gmem4j.core.memory;

import java.util.ArrayList;
import java.util.List;

/**
 * The bindings of one view in ascending page order. Changed under the memory's lock held
 * exclusively; the list is immutable and read without it, too.
 */
final class Bindings {
  private final MemoryView view;
  private volatile List<Binding> inOrder = List.of();

  Bindings(MemoryView view) {
    this.view = view;
  }

  List<Binding> inOrder() {
    return inOrder;
  }

  /** Adds a binding; tells whether its pages were free. */
  boolean add(Binding added) {
    List<Binding> before = inOrder;
    int at = firstEndingAfter(before, added.firstPage());
    if (at < before.size() && before.get(at).firstPage() < added.endPage()) {
      return false;
    }
    List<Binding> after = new ArrayList<>(before.size() + 1);
    after.addAll(before.subList(0, at));
    after.add(added);
    after.addAll(before.subList(at, before.size()));
    inOrder = List.copyOf(after);
    return true;
  }

  /** Takes a binding and the guest's mappings through it away. No effect if it is gone. */
  void remove(Binding gone) {
    List<Binding> before = inOrder;
    int at = firstEndingAfter(before, gone.firstPage());
    if (at < before.size() && before.get(at).equals(gone)) {
      zap(gone);
      List<Binding> after = new ArrayList<>(before);
      after.remove(at);
      inOrder = List.copyOf(after);
    }
  }

  /** Takes all away. */
  void clear() {
    inOrder.forEach(this::zap);
    inOrder = List.of();
  }

  private void zap(Binding binding) {
    Invalidation.begin(view, binding, binding.firstPage(), binding.endPage(), Zap.ALL);
    view.guest().endInvalidation();
  }

  /** Returns the place of the first binding that reaches past a page. */
  private static int firstEndingAfter(List<Binding> bindings, long page) {
    int low = 0;
    int high = bindings.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (bindings.get(middle).endPage() <= page) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
