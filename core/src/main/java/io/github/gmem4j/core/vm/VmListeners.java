package io.github.gmem4j.core.vm;

import io.github.gmem4j.api.vm.VmListener;
import io.github.gmem4j.core.boundary.Thrown;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Who is told of a VM's changes and ends. Thread-safe; nobody is called with a lock held. */
final class VmListeners {
  private final CopyOnWriteArrayList<VmListener> listeners = new CopyOnWriteArrayList<>();

  void add(VmListener listener) {
    listeners.addIfAbsent(listener);
  }

  void remove(VmListener listener) {
    listeners.remove(listener);
  }

  boolean areNone() {
    return listeners.isEmpty();
  }

  /**
   * Tells everybody, whatever one of them throws.
   *
   * @throws RuntimeException what the first one threw, with what others did as suppressed; an
   *     {@code Error} likewise
   */
  void tell(Consumer<VmListener> event) {
    @Nullable Throwable first = null;
    for (VmListener listener : listeners) {
      try {
        event.accept(listener);
      } catch (RuntimeException | Error thrown) {
        first = Thrown.together(first, thrown);
      }
    }
    Thrown.rethrow(first);
  }
}
