package io.github.gmem4j.api.vm;

import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.Shareability;

/**
 * Told when the kernel has completed a guest's request, and when a part of the VM has gone: whoever
 * keeps something for it can bring that to an end.
 *
 * <p>Told after the fact, by the thread that did it, with no lock of the library held; two threads
 * may tell at once. What a listener throws reaches that thread's caller, after the other listeners
 * were told. Implementations must be thread-safe and soon done.
 */
public interface VmListener {
  /**
   * The kernel has converted frames inside {@code run()}. Told by the thread inside, before
   * anything else happens to the vCPU; another vCPU may have converted them back by then.
   *
   * @param vcpu the vCPU that ran
   * @param frames the frames, in one slot
   * @param state the state they were given
   */
  default void framesConverted(int vcpu, GfnRange frames, Shareability state) {}

  /**
   * The kernel has completed what a vCPU's last exit left open: the guest's call or access is
   * fulfilled, refused or given up, and the kernel converts nothing for it any more, unless the
   * policy lets pages change by themselves. Told by the thread inside {@code run()}, before the
   * guest goes on.
   */
  default void requestCompleted(int vcpu) {}

  /** A vCPU or its VM was closed, and no {@code run()} of the vCPU is under way or will come. */
  default void vcpuClosed(int vcpu) {}

  /**
   * A slot was deleted: its frames have no memory through it any more, and what the kernel was to
   * convert there when a vCPU runs again is cancelled.
   */
  default void slotGone(MemorySlot slot) {}

  /** The VM's view of a memory was closed: its slots have no memory any more. */
  default void memoryClosed(GuestMemory memory) {}

  /**
   * The VM was closed. A vCPU with a thread inside {@code run()} is told of when that has left; all
   * others have been.
   */
  default void vmClosed() {}
}
