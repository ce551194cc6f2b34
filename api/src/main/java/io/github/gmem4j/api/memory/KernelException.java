package io.github.gmem4j.api.memory;

/** Thrown where a caller declared that a kernel-shaped call must succeed, and it did not. */
public final class KernelException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Errno errno;
  private final String reason;

  /**
   * Creates the exception.
   *
   * @param errno the kernel's error number
   * @param reason one sentence that names the offending value
   */
  public KernelException(Errno errno, String reason) {
    super(errno + ": " + reason);
    this.errno = errno;
    this.reason = reason;
  }

  /** Returns the error number. */
  public Errno errno() {
    return errno;
  }

  /** Returns the sentence without the error number. */
  public String reason() {
    return reason;
  }

  /** Returns the same as a value, for callers who are to decide. */
  public <T> KernelResult<T> toFailure() {
    return KernelResult.failed(errno, reason);
  }
}
