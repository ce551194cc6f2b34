package io.github.gmem4j.api.memory;

/**
 * What a kernel-shaped call answers: a value, or an errno and why.
 *
 * @param <T> what success yields
 */
public sealed interface KernelResult<T> {
  /**
   * The call succeeded.
   *
   * @param value what it yields
   */
  record Ok<T>(T value) implements KernelResult<T> {}

  /**
   * The call failed and changed nothing.
   *
   * @param errno the kernel's error number
   * @param reason one sentence that names the offending value
   */
  record Failed<T>(Errno errno, String reason) implements KernelResult<T> {}

  /** Returns a success. */
  static <T> KernelResult<T> ok(T value) {
    return new Ok<>(value);
  }

  /** Returns a failure. */
  static <T> KernelResult<T> failed(Errno errno, String reason) {
    return new Failed<>(errno, reason);
  }

  /** Tells whether the call succeeded. */
  default boolean succeeded() {
    return this instanceof Ok;
  }

  /**
   * Returns the value, for callers to whom a failure would be a mistake of their own.
   *
   * @throws KernelException if the call failed
   */
  default T orThrow() {
    return switch (this) {
      case Ok<T> ok -> ok.value();
      case Failed<T> failed -> throw new KernelException(failed.errno(), failed.reason());
    };
  }
}
