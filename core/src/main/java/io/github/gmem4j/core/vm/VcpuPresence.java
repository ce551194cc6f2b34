package io.github.gmem4j.core.vm;

/** Whether a vCPU is inside the guest, as its platform sees it. Changed under the MMU lock only. */
public final class VcpuPresence {
  private final int id;
  private boolean inside;

  /** Creates a vCPU that is outside. */
  public VcpuPresence(int id) {
    this.id = id;
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
