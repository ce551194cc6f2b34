package io.github.gmem4j.policy.pkvm.kvm;

import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.policy.GuestFault;
import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.policy.VcpuView;
import io.github.gmem4j.api.policy.Withheld;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.GpaRange;

/**
 * Take the pages from everyone, tell the VMM, tell the guest success; each page becomes private
 * when its last reference goes. The memory fault of a touch until then does not say whether the VMM
 * must convert, let go or only wait.
 *
 * <p>A VMM that refuses gets the pages back, unless they have become private already.
 */
record FlowAtLastDrop() implements UnshareFlow {
  @Override
  public boolean leaves() {
    return true;
  }

  @Override
  public Step begin(Waiting.InUnshare unshare) {
    return new Step.Withhold(
        unshare.range(),
        Withheld.FROM_EVERYONE,
        new TakenBack(unshare.range()),
        new Step.Leave(new Exit.Unshare(unshare.range()), unshare));
  }

  @Override
  public Step goOn(Waiting waiting) {
    return waiting instanceof Waiting.InUnshare unshare ? unshare.done() : change(waiting);
  }

  @Override
  public Step refuse(Waiting waiting) {
    return waiting instanceof Waiting.InUnshare unshare
        ? change(new Waiting.InCancelledUnshare(unshare.call()))
        : waiting.refused();
  }

  /** Nobody keeps it; the access tried again finds the page private, or waits for the last drop. */
  @Override
  public Step neverShared(VcpuView vcpu, GuestFault fault, GpaRange page) {
    return new Step.Withhold(page, Withheld.FROM_EVERYONE, new TakenBack(page), Step.RESUME);
  }

  @Override
  public Step held(Waiting waiting, ByteOffset at) {
    return waiting.refused();
  }
}
