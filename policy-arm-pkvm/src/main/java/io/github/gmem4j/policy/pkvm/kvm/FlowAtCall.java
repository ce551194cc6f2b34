package io.github.gmem4j.policy.pkvm.kvm;

import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.policy.Step;

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

  @Override
  public Step held(Waiting waiting, ByteOffset at) {
    return waiting.refused();
  }
}
