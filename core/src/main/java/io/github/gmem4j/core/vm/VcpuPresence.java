package io.github.gmem4j.core.vm;

/**
 * What a VM knows of a vCPU: its number, how to wake its holder, and whether it is inside the
 * guest, as its platform sees it. The last is changed under the MMU lock only.
 */
public final class VcpuPresence {
  private final int id;
  private final Runnable wake;
  private boolean inside;

  /**
   * Creates a vCPU that is outside.
   *
   * @param wake wakes whoever holds it outside {@code run()}; takes no lock
   */
  public VcpuPresence(int id, Runnable wake) {
    this.id = id;
    this.wake = wake;
  }

  /** Wakes whoever holds the vCPU. Under no lock. */
  void wake() {
    wake.run();
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
