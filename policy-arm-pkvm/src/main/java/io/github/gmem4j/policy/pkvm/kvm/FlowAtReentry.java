package io.github.gmem4j.policy.pkvm.kvm;

import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.policy.GuestFault;
import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.policy.VcpuView;
import io.github.gmem4j.api.policy.Withheld;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.GpaRange;
import java.util.Optional;

/** Leave, let the VMM make everybody let go, convert when it runs the vCPU again. */
record FlowAtReentry(Unsharing.AtReentry design) implements UnshareFlow {
  @Override
  public boolean leaves() {
    return true;
  }

  @Override
  public Step begin(Waiting.InUnshare unshare) {
    return leave(unshare);
  }

  private Step leave(Waiting waiting) {
    Step leave = new Step.Leave(new Exit.Unshare(waiting.range()), waiting);
    return switch (design.unmapping()) {
      case AT_REENTRY -> leave;
      case BEFORE_EXIT -> new Step.UnmapHost(waiting.range(), leave);
    };
  }

  @Override
  public Step held(Waiting waiting, ByteOffset at) {
    return switch (waiting) {
      case Waiting.InUnshare unshare ->
          switch (design.whenHeld()) {
            case ASK_AGAIN -> askAgain(unshare, at);
            case REFUSE -> unshare.refused();
            case RUN_ON, CLAIM_SUCCESS -> takeBack(unshare);
          };
      case Waiting.AtTouch touch -> askAgain(touch, at);
      case Waiting.InShare share -> share.refused();
      case Waiting.InCancelledUnshare cancelled -> cancelled.refused();
    };
  }

  @Override
  public Step neverShared(VcpuView vcpu, GuestFault fault, GpaRange page) {
    Waiting touch = new Waiting.AtTouch(page);
    return switch (design.whenHeld()) {
      case ASK_AGAIN, REFUSE -> vcpu.unshareExits() ? leave(touch) : inDispute(fault);
      case RUN_ON -> vcpu.unshareExits() ? change(touch) : inDispute(fault);
      case CLAIM_SUCCESS -> inDispute(fault);
    };
  }

  private static Step inDispute(GuestFault fault) {
    return new Step.Leave(fault.toExit(), Pending.NONE);
  }

  @Override
  public Step touched(GuestFault fault, TakenBack mark) {
    return switch (design.whenHeld()) {
      // The last reference may be gone by now, and then nobody needs to be asked.
      case RUN_ON -> change(new Waiting.AtTouch(mark.range()));
      case CLAIM_SUCCESS, ASK_AGAIN, REFUSE -> UnshareFlow.super.touched(fault, mark);
    };
  }

  private static Step askAgain(Waiting waiting, ByteOffset at) {
    return new Step.Leave(new Exit.Unshare(waiting.range(), Optional.of(at)), waiting);
  }

  private static Step takeBack(Waiting.InUnshare unshare) {
    return new Step.Withhold(
        unshare.range(), Withheld.FROM_GUEST, new TakenBack(unshare.range()), unshare.done());
  }
}
