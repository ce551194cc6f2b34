package io.github.gmem4j.core.memory;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Changes to the bindings of a view, which are an immutable list in ascending page order. */
final class Bindings {
  private Bindings() {}

  static List<Binding> with(List<Binding> bindings, Binding added) {
    return Stream.concat(bindings.stream(), Stream.of(added))
        .sorted(Comparator.comparingLong(Binding::firstPage))
        .toList();
  }

  static List<Binding> without(List<Binding> bindings, Binding gone) {
    return bindings.stream().filter(binding -> !binding.equals(gone)).toList();
  }

  /** Takes away what one view's guest has mapped through one binding. */
  static void zap(MemoryView view, Binding binding) {
    Invalidation.begin(view, binding, binding.firstPage(), binding.endPage(), Zap.ALL);
    view.guest().endInvalidation();
  }
}
