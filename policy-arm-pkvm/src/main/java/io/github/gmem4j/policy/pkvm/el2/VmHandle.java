package io.github.gmem4j.policy.pkvm.el2;

/**
 * A VM of one {@link Hypervisor}.
 *
 * @param value the number the hypervisor gave it, 16 bits
 */
public record VmHandle(int value) {
  /** The first handle, so that none is mistaken for an index. */
  static final int FIRST = 0x1000;

  private static final int LIMIT = 1 << 16;

  /**
   * Checks the number.
   *
   * @throws IllegalArgumentException if it does not fit in 16 bits
   */
  public VmHandle {
    if (value < 0 || value >= LIMIT) {
      throw new IllegalArgumentException("not a VM handle: " + value);
    }
  }

  @Override
  public String toString() {
    return "VM 0x" + Integer.toHexString(value);
  }
}
