package io.github.gmem4j.policy.pkvm.kvm;

import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.policy.GuestFault;
import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.policy.VcpuView;
import io.github.gmem4j.api.vm.GpaRange;

/** EL2 has changed the owner when the kernel hears of it. */
record FlowAtCall() implements UnshareFlow {
  @Override
  public boolean leaves() {
    return false;
  }

  @Override
  public Step change(Waiting waiting) {
    return new Step.Flip(waiting.range(), waiting.target(), waiting);
  }

  @Override
  public Step begin(Waiting.InUnshare unshare) {
    return change(unshare);
  }

  /** As {@code pkvm_mem_abort} does: the page is donated, whoever in the host holds it. */
  @Override
  public Step neverShared(VcpuView vcpu, GuestFault fault, GpaRange page) {
    return change(new Waiting.AtTouch(page));
  }

  @Override
  public Step held(Waiting waiting, ByteOffset at) {
    return waiting.refused();
  }
}
