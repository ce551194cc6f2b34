package io.github.gmem4j.backend.kvm.syscall;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.KernelException;
import io.github.gmem4j.api.memory.KernelResult;

/**
 * What a system call returned. The errno is read on the thread that made the call, before anything
 * else can change it.
 *
 * @param value the return value; -1 where the call failed
 * @param error the errno; 0 where the call succeeded
 */
public record Returned(long value, int error) {
  /** Returns a success. */
  public static Returned of(long value) {
    return new Returned(value, 0);
  }

  /** Returns a failure. */
  public static Returned failure(int error) {
    return new Returned(-1, error);
  }

  /** Tells whether the call failed. */
  public boolean failed() {
    return error != 0;
  }

  /** Tells whether the call failed in this way. */
  public boolean failedWith(Errno errno) {
    return error == errno.number();
  }

  /** Returns the errno; EIO for a number the api has no name for, {@link #reason} names it. */
  public Errno errno() {
    return Errno.ofNumber(error).orElse(Errno.EIO);
  }

  /** Returns the value as the 32 bits that a file descriptor or a flag has. */
  public int asInt() {
    return (int) value;
  }

  /** Returns a sentence that says what failed and how, the number included where it has no name. */
  public String reason(String what) {
    return Errno.ofNumber(error).isPresent() ? what : what + " (errno " + error + ")";
  }

  /** Returns this failure as the api's. */
  public <T> KernelResult<T> toFailure(String what) {
    return KernelResult.failed(errno(), reason(what));
  }

  /**
   * Returns this success.
   *
   * @throws KernelException if the call failed
   */
  public Returned orThrow(String what) {
    if (failed()) {
      throw new KernelException(errno(), reason(what));
    }
    return this;
  }
}
