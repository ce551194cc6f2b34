package io.github.gmem4j.policy.pkvm.el2;

/**
 * What a page is to one component: to the host, to the hypervisor itself, or to a guest at one of
 * its frames.
 *
 * <p>Source: Linux 7.3 {@code arch/arm64/kvm/hyp/include/nvhe/memory.h}, whose numbers these are.
 */
public enum PageState {
  /** Owned, and nobody else may touch it. */
  OWNED(0),
  /** Owned, and another component may touch it. */
  SHARED_OWNED(1),
  /** Another component's, which lets this one touch it. */
  SHARED_BORROWED(2),
  /** Out of reach; of a guest: nothing is mapped there. */
  NOPAGE(3),
  /** Of a guest only: the host took the page by force and nothing is ever mapped there again. */
  POISON(4);

  private final int code;

  PageState(int code) {
    this.code = code;
  }

  /** Returns the kernel's number. */
  public int code() {
    return code;
  }

  /** Tells whether the component may touch the page. */
  public boolean isAccessible() {
    return switch (this) {
      case OWNED, SHARED_OWNED, SHARED_BORROWED -> true;
      case NOPAGE, POISON -> false;
    };
  }
}
