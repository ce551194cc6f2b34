package io.github.gmem4j.api.memory;

/** What came of a load or store by the host. */
public sealed interface HostAccess {
  /** All bytes were transferred. */
  record Done() implements HostAccess {}

  /**
   * The access was answered with a signal (EFAULT where the kernel copies on somebody's behalf).
   * Bytes on earlier pages of the same access were transferred.
   *
   * @param signal the signal
   * @param reason one sentence that says why
   */
  record Fault(Signal signal, String reason) implements HostAccess {}

  /** The one value of {@link Done}. */
  Done DONE = new Done();
}
