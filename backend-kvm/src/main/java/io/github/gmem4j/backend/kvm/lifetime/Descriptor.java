package io.github.gmem4j.backend.kvm.lifetime;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.backend.kvm.syscall.Returned;
import io.github.gmem4j.backend.kvm.syscall.Syscalls;
import java.util.function.IntFunction;

/**
 * A file descriptor. Calls made after it was closed reach the kernel with -1, so that the kernel
 * itself answers EBADF at the place in its order of checks where it does. Thread-safe.
 *
 * <p>A call that is interrupted is made again. Callers of this library send no signals, yet their
 * threads are interrupted: by whatever else lives in the process, and by the kernel itself, which
 * wakes every thread that used an io_uring a while after the ring was closed ({@code
 * io_ring_exit_work}). {@code fallocate} of a guest_memfd and {@code KVM_CREATE_VM} then give up
 * with EINTR, having done nothing that doing it again would spoil.
 */
public final class Descriptor implements AutoCloseable {
  private final int number;
  private final Counted counted;

  /** Takes over an open file descriptor. */
  public Descriptor(Syscalls syscalls, int number) {
    this(syscalls, number, () -> {});
  }

  /**
   * Takes over an open file descriptor.
   *
   * @param then called once, after it was closed
   */
  public Descriptor(Syscalls syscalls, int number, Runnable then) {
    this.number = number;
    this.counted =
        new Counted(() -> {
          // Linux frees the number even where close(2) reports an error: nothing to repeat.
          syscalls.close(number);
          then.run();
        });
  }

  /** Makes a call with the number, which stays this file's until the call returns. */
  public Returned call(IntFunction<Returned> call) {
    Returned returned;
    do {
      returned = callInterruptibly(call);
    } while (returned.failedWith(Errno.EINTR));
    return returned;
  }

  /** Makes a call of which EINTR is an answer, as {@code KVM_RUN}'s to a kick. */
  public Returned callInterruptibly(IntFunction<Returned> call) {
    if (!counted.enter()) {
      return call.apply(-1);
    }
    try {
      return call.apply(number);
    } finally {
      counted.leave();
    }
  }

  /** Tells whether it is closed. */
  public boolean isClosed() {
    return counted.isClosed();
  }

  /** Closes it once the calls under way have returned. Closing again has no effect. */
  @Override
  public void close() {
    counted.close();
  }
}
