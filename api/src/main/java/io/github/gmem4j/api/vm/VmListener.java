package io.github.gmem4j.api.vm;

import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Shareability;

/**
 * Told when memory of a VM changes its state, and when a part of the VM has gone: whoever keeps
 * something for it can bring that to an end.
 *
 * <p>Told after the fact, by the thread that did it, with no lock of the library held; two threads
 * may tell at once. What a listener throws reaches that thread's caller, after the other listeners
 * were told. Implementations must be thread-safe and soon done.
 */
public interface VmListener {
  /**
   * Pages have been converted, whoever asked for it: the VMM, the kernel inside {@code run()},
   * another VM that has a view of the memory. Told also where some of them had the state before.
   *
   * @param memory this VM's view
   * @param pages the pages
   * @param state the state they have been given
   */
  default void stateChanged(GuestMemory memory, PageRange pages, Shareability state) {}

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
