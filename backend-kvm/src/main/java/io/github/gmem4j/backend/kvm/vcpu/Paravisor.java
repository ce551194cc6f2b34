package io.github.gmem4j.backend.kvm.vcpu;

import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.guest.PlainHypercall;
import io.github.gmem4j.api.guest.PlainResult;
import io.github.gmem4j.api.policy.KvmSeat;
import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.policy.VcpuView;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Reply;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Stands between a guest and a KVM that does not know the guest's architecture. The policy's KVM
 * seat decides what becomes of a call, and an exit that it wants is had from the real KVM by a
 * plain hypercall. A guest's own plain hypercall passes as it is: KVM itself checks it.
 *
 * <p>Used by the thread that runs the vCPU.
 */
final class Paravisor {
  /** What happens next for the guest's call. */
  sealed interface Said {
    /** The guest makes a plain hypercall. */
    record Ask(PlainHypercall hypercall) implements Said {}

    /**
     * {@code run()} is left, and the call is not over.
     *
     * @param exit what the VMM sees
     * @param open what its reply completes: nothing, then the guest makes the call anew
     */
    record Leave(Exit exit, Open open) implements Said {}

    /** The call is over. */
    record Return(GuestResult result) implements Said {}

    /** Only a kernel that knows the architecture could go on. */
    record Stuck(String reason) implements Said {}
  }

  private final int vcpu;
  private final KvmSeat seat;
  private final GuestFrames frames;

  /** What the seat remembers; null while a guest's own plain hypercall is under way. */
  private @Nullable Pending pending;

  /** Whether the last exit of this call has a return value. */
  private boolean answerable;

  Paravisor(int vcpu, KvmSeat seat, GuestFrames frames) {
    this.vcpu = vcpu;
    this.seat = seat;
    this.frames = frames;
  }

  /** The guest makes a call. */
  Said called(GuestCall call) {
    if (call instanceof PlainHypercall plain) {
      pending = null;
      return new Said.Ask(plain);
    }
    answerable = false;
    return follow(seat.onCall(view(), call));
  }

  /** A plain hypercall returned. */
  Said answered(long rax) {
    Pending open = pending;
    return open == null
        ? new Said.Return(new PlainResult(rax))
        : reenter(open, new Reply.Answer(rax));
  }

  /** The VMM runs the vCPU again after {@link Said.Leave} with something open. */
  Said reentered(Reply reply) {
    Pending open = Objects.requireNonNull(pending, "nothing is open");
    // KVM sets the return value to 0 before the exit, for a VMM that never writes it.
    Reply answer = answerable && reply instanceof Reply.Resume ? Reply.Answer.DONE : reply;
    return reenter(open, answer);
  }

  private Said reenter(Pending open, Reply reply) {
    return open instanceof Pending.Forgotten forgotten
        ? new Said.Return(forgotten.found())
        : follow(seat.onReentry(view(), open, reply));
  }

  private VcpuView view() {
    return new VcpuView(vcpu, false, frames.mapGpaExits(), false);
  }

  private Said follow(Step step) {
    return switch (step) {
      case Step.Leave(Exit.MapGpaRange exit, Pending then) -> {
        pending = then;
        answerable = true;
        yield new Said.Ask(
            new PlainHypercall(
                Exit.MapGpaRange.NUMBER,
                exit.gpa().value(),
                exit.pages().value(),
                exit.attributes(),
                0));
      }
      case Step.Return(GuestResult result) -> new Said.Return(result);
      case Step.Leave(Exit.SystemEvent event, Pending then) -> {
        answerable = false;
        yield leave(event, then);
      }
      case Step.Fail fail -> leave(new Exit.Failed(fail.errno(), fail.reason()), fail.pending());
      case Step.Leave leave -> stuck("this kernel has no exit", leave.exit());
      case Step.Convert convert -> stuck("this kernel does not convert inside run()", convert);
      case Step.Flip flip -> stuck("nothing beneath this kernel gives pages away", flip);
      case Step.UnmapHost unmap -> stuck("this kernel does not unmap by itself", unmap.range());
      case Step.Withhold withhold -> stuck("this kernel withholds nothing", withhold.range());
      case Step.Pin pin -> stuck("this kernel holds no page for a call", pin.page());
      case Step.Compare compare -> stuck("this kernel does not look for states", compare.range());
      case Step.Resume resume -> stuck("a call is not interrupted by a fault", resume);
    };
  }

  private Said leave(Exit exit, Pending then) {
    pending = then;
    return new Said.Leave(exit, then.equals(Pending.NONE) ? Open.NOTHING : Open.CALL);
  }

  private static Said stuck(String why, Object what) {
    return new Said.Stuck(why + ": " + what);
  }
}
