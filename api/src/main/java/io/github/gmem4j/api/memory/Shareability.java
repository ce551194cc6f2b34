package io.github.gmem4j.api.memory;

/** Who may touch a page. There are two answers and no third. */
public enum Shareability {
  /** Only the guest. A host access is answered with SIGBUS. */
  PRIVATE(1L << 3),
  /** Guest and host. */
  SHARED(0);

  /**
   * The one memory attribute the kernel knows, {@code KVM_MEMORY_ATTRIBUTE_PRIVATE}. Source: Linux
   * uAPI, {@code linux/kvm.h}.
   */
  public static final long ATTRIBUTE_PRIVATE = 1L << 3;

  private final long attributes;

  Shareability(long attributes) {
    this.attributes = attributes;
  }

  /** Returns the value for the {@code attributes} field of the kernel's conversion calls. */
  public long attributes() {
    return attributes;
  }

  /** Returns the other one. */
  public Shareability opposite() {
    return this == PRIVATE ? SHARED : PRIVATE;
  }
}
