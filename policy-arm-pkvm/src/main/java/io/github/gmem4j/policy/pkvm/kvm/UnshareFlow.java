package io.github.gmem4j.policy.pkvm.kvm;

import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.policy.GuestFault;
import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.policy.VcpuView;
import io.github.gmem4j.api.vm.GpaRange;

/** Where the designs differ. Pure functions. */
sealed interface UnshareFlow permits FlowAtReentry, FlowAtLastDrop, FlowAtCall {
  static UnshareFlow of(Unsharing unsharing) {
    return switch (unsharing) {
      case Unsharing.AtReentry design -> new FlowAtReentry(design);
      case Unsharing.AtLastDrop design -> new FlowAtLastDrop();
      case Unsharing.AtCall design -> new FlowAtCall();
    };
  }

  /** Tells whether the VMM must have enabled the exit. */
  boolean leaves();

  /** Makes the pages change hands. */
  default Step change(Waiting waiting) {
    return new Step.Convert(waiting.range(), waiting.target(), waiting);
  }

  /** A MEM_UNSHARE arrives. */
  Step begin(Waiting.InUnshare unshare);

  /** The VMM runs the vCPU again and has nothing against it. */
  default Step goOn(Waiting waiting) {
    return change(waiting);
  }

  /** The VMM runs the vCPU again and wants the request to fail. */
  default Step refuse(Waiting waiting) {
    return waiting.refused();
  }

  /** Somebody in the host holds a page. */
  Step held(Waiting waiting, ByteOffset at);

  /**
   * A guest touches a page whose state is shared and which it has never shared: it gets the page as
   * its own, and the host loses it.
   *
   * @param page the page
   */
  Step neverShared(VcpuView vcpu, GuestFault fault, GpaRange page);

  /** A guest touches a page that was taken from it. */
  default Step touched(GuestFault fault, TakenBack mark) {
    return new Step.Leave(fault.toExit(), Pending.NONE);
  }
}
