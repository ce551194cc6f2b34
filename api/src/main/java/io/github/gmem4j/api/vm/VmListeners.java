package io.github.gmem4j.api.vm;

import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who is told of a VM's completed requests and of its ends; for implementors of {@link
 * VirtualMachine}. Thread-safe.
 */
public final class VmListeners {
  private final CopyOnWriteArrayList<VmListener> listeners = new CopyOnWriteArrayList<>();

  /** Creates an empty list. */
  public VmListeners() {}

  /** Adds somebody, once. See {@link VirtualMachine#addListener}. */
  public void add(VmListener listener) {
    listeners.addIfAbsent(listener);
  }

  /** Removes somebody, if there. */
  public void remove(VmListener listener) {
    listeners.remove(listener);
  }

  /**
   * Tells everybody, whatever one of them throws. Called with no lock held.
   *
   * @throws RuntimeException what the first one threw, with what others did as suppressed; an
   *     {@code Error} likewise
   */
  public void tell(Consumer<VmListener> event) {
    @Nullable Throwable first = null;
    for (VmListener listener : listeners) {
      try {
        event.accept(listener);
      } catch (RuntimeException | Error thrown) {
        first = together(first, thrown);
      }
    }
    if (first instanceof Error error) {
      throw error;
    }
    if (first instanceof RuntimeException exception) {
      throw exception;
    }
  }

  private static Throwable together(@Nullable Throwable first, Throwable later) {
    if (first == null) {
      return later;
    }
    if (!first.equals(later)) {
      first.addSuppressed(later);
    }
    return first;
  }
}
