package io.github.gmem4j.api.policy;

import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.GpaRange;

/** What the VMM reads in an exit. */
public sealed interface Wish {
  /** How a wish came about. */
  enum Origin {
    /** The guest asked. */
    EXPLICIT,
    /** The guest touched a page in a way its state does not allow. */
    IMPLICIT
  }

  /**
   * Memory is to change its state.
   *
   * @param range the guest physical bytes
   * @param target the state they are to have
   * @param origin how the wish came about
   * @param by who calls for the conversion itself. With {@link PolicyTraits.Converter#KVM} the VMM
   *     only gets its participants ready, and the kernel converts when the vCPU runs again
   */
  record Convert(GpaRange range, Shareability target, Origin origin, PolicyTraits.Converter by)
      implements Wish {
    /** A wish that the VMM fulfils itself. */
    public Convert(GpaRange range, Shareability target, Origin origin) {
      this(range, target, origin, PolicyTraits.Converter.VMM);
    }
  }

  /** The exit is not about conversion; the VMM handles it elsewhere. */
  record Nothing() implements Wish {}

  /** The one value of {@link Nothing}. */
  Nothing NOTHING = new Nothing();
}
