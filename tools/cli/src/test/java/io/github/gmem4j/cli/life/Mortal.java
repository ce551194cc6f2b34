package io.github.gmem4j.cli.life;

import java.util.function.Consumer;

/**
 * An object that any thread may end at any time, and whether its end is known: from the return of
 * the first close on, nothing may be granted by it.
 */
final class Mortal<T extends AutoCloseable> {
  private final T object;
  private final Consumer<T> end;
  private volatile boolean ended;

  Mortal(T object, Consumer<T> end) {
    this.object = object;
    this.end = end;
  }

  T object() {
    return object;
  }

  /** Tells whether somebody has closed it, for certain. */
  boolean isEnded() {
    return ended;
  }

  void end() {
    end.accept(object);
    ended = true;
  }
}
