package io.github.gmem4j.api.vm;

import io.github.gmem4j.api.memory.Errno;

/** What the VMM says when it runs a vCPU again. */
public sealed interface Reply {
  /** Nothing to answer. */
  record Resume() implements Reply {}

  /**
   * The value of {@code hypercall.ret}. KVM passes it on, or translates it, by the policy's rules.
   *
   * @param ret 0 for done, a <em>positive</em> errno otherwise; not checked here, since KVM must
   *     answer nonsense too
   */
  record Answer(long ret) implements Reply {
    /** The guest's wish is fulfilled. */
    public static final Answer DONE = new Answer(0);

    /** Not now; the guest should ask again. */
    public static final Answer RETRY = new Answer(Errno.EAGAIN.number());

    /** No. */
    public static final Answer REFUSE = new Answer(Errno.EINVAL.number());
  }

  /**
   * What a load from an MMIO address yields.
   *
   * @param value the byte
   */
  record Data(byte value) implements Reply {}

  /** The one value of {@link Resume}. */
  Resume RESUME = new Resume();
}
