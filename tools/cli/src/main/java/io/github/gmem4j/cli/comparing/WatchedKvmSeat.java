package io.github.gmem4j.cli.comparing;

import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.policy.GuestFault;
import io.github.gmem4j.api.policy.KvmSeat;
import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.policy.VcpuView;
import io.github.gmem4j.api.vm.Reply;

/** A KVM seat, unchanged, each of whose decisions is noted. */
record WatchedKvmSeat(KvmSeat seat, Remembered decisions) implements KvmSeat {
  @Override
  public Step onCall(VcpuView vcpu, GuestCall call) {
    return decisions.note(seat.onCall(vcpu, call));
  }

  @Override
  public Step onReentry(VcpuView vcpu, Pending pending, Reply reply) {
    decisions.keep(pending);
    return decisions.note(seat.onReentry(vcpu, pending, reply));
  }

  @Override
  public Step onFault(VcpuView vcpu, GuestFault fault) {
    return decisions.note(seat.onFault(vcpu, fault));
  }

  @Override
  public Step onConverted(VcpuView vcpu, Pending pending, ConversionOutcome outcome) {
    return decisions.note(seat.onConverted(vcpu, pending, outcome));
  }
}
