package io.github.gmem4j.testkit.contract;

import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.policy.GuestFault;
import io.github.gmem4j.api.policy.KvmSeat;
import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.policy.VcpuView;
import io.github.gmem4j.api.vm.Reply;

/** The sound KVM seat; what is broken in it is overridden. */
class PassingKvmSeat implements KvmSeat {
  private final KvmSeat sound = AlteredPolicy.sound().kvm();

  @Override
  public Step onCall(VcpuView vcpu, GuestCall call) {
    return sound.onCall(vcpu, call);
  }

  @Override
  public Step onReentry(VcpuView vcpu, Pending pending, Reply reply) {
    return sound.onReentry(vcpu, pending, reply);
  }

  @Override
  public Step onFault(VcpuView vcpu, GuestFault fault) {
    return sound.onFault(vcpu, fault);
  }

  @Override
  public Step onConverted(VcpuView vcpu, Pending pending, ConversionOutcome outcome) {
    return sound.onConverted(vcpu, pending, outcome);
  }
}
