package org.example.armcca;

import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.policy.*;
import io.github.gmem4j.api.vm.*;
import java.util.Optional;

/**
 * KVM by the rule of 2026: exit first; at re-entry apply if guest memory agrees with the request,
 * else exit again. By older rules, RIPAS and guest memory could contradict each other. What its
 * calls return goes to the RMM, not to the Realm.
 */
final class CcaKvmSeat implements KvmSeat {
  /** The REC's request waits for the VMM. */
  record StateChange(RsiCall call) implements Pending {}

  record Access(GuestFault fault) implements Pending {}

  @Override
  public Step onCall(VcpuView vcpu, GuestCall call) {
    return call instanceof RsiCall rsi && rsi.function() == RsiCall.SET
        ? ask(rsi)
        : new Step.Return(new RsiCall.Result(-1, 0, 0));
  }

  /** Nothing in this exit tells it from that of an access. */
  private static Step ask(RsiCall call) {
    Gpa base = call.range().start();
    var size = call.range().size();
    var exit = new Exit.MemoryFault(base, size, call.target(), Errno.EFAULT, Optional.empty());
    return new Step.Leave(exit, new StateChange(call));
  }

  @Override
  public Step onFault(VcpuView vcpu, GuestFault fault) {
    return fault.cause() == GuestFault.Cause.PLATFORM
        ? new Step.Fail(Errno.EFAULT, "only the Realm can repair " + fault.gfn(), Pending.NONE)
        : new Step.Leave(fault.toExit(), new Access(fault));
  }

  @Override
  public Step onReentry(VcpuView vcpu, Pending pending, Reply reply) {
    boolean agreed = reply.equals(Reply.RESUME) || reply.equals(Reply.Answer.DONE);
    return switch (pending) {
      case StateChange(RsiCall call) when agreed ->
          new Step.Compare(call.range(), call.target(), enter(call.top(), 0), ask(call));
      case StateChange(RsiCall call) -> enter(call.base(), RsiCall.Result.REJECT);
      case Access access when agreed -> Step.RESUME;
      default ->
          new Step.Leave(new Exit.Failed(Errno.EFAULT, "not served: " + pending), Pending.NONE);
    };
  }

  /** Enters the REC with a response, once the RMM has changed the states up to an address. */
  private static Step enter(long upTo, long response) {
    return new Step.Return(new RsiCall.Result(0, upTo, response));
  }
}
