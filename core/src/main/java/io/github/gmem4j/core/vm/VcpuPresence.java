package io.github.gmem4j.core.vm;

/**
 * What a VM knows of a vCPU: its number, who is told that the VM was closed, and whether it is
 * inside the guest, as its platform sees it. The last is changed under the MMU lock only.
 */
public final class VcpuPresence {
  private final int id;
  private final Runnable vmClosed;
  private boolean inside;

  /**
   * Creates a vCPU that is outside.
   *
   * @param vmClosed what the vCPU does when its VM was closed; called under no lock
   */
  public VcpuPresence(int id, Runnable vmClosed) {
    this.id = id;
    this.vmClosed = vmClosed;
  }

  /** The VM was closed. Under no lock. */
  void vmClosed() {
    vmClosed.run();
  }

  /** Returns the vCPU's number. */
  public int id() {
    return id;
  }

  /** Notes that the vCPU is inside; tells whether it was outside. */
  public boolean enterGuest() {
    boolean entered = !inside;
    inside = true;
    return entered;
  }

  /** Notes that the vCPU is outside; tells whether it was inside. */
  public boolean leaveGuest() {
    boolean left = inside;
    inside = false;
    return left;
  }
}
