package io.github.gmem4j.api.policy;

import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Reply;

/**
 * The KVM seat: what the kernel decides inside {@code run()}.
 *
 * <p>It decodes and checks the guest's call, chooses the exit that the VMM sees, keeps the per-vCPU
 * cursor (as {@link Pending}), and completes the call. It never blocks, waits or talks to devices.
 *
 * @implSpec Pure functions, see {@link ConversionPolicy}.
 */
public interface KvmSeat {
  /** Decides what to do about a guest's call. */
  Step onCall(VcpuView vcpu, GuestCall call);

  /**
   * Decides how to go on after the VMM answered an exit.
   *
   * @param pending what the step that left {@code run()} said to remember; never {@link
   *     Pending#NONE}
   * @param reply the VMM's answer, possibly nonsense
   */
  Step onReentry(VcpuView vcpu, Pending pending, Reply reply);

  /**
   * Decides what to do about an access that the memory's state or its absence forbids. The same
   * road as for a call from here on.
   *
   * @implSpec The default leaves with {@link Exit.MemoryFault} and lets the guest try again
   *     afterwards.
   */
  default Step onFault(VcpuView vcpu, GuestFault fault) {
    return new Step.Leave(fault.toExit(), Pending.NONE);
  }

  /**
   * Decides how to go on after {@link Step.Convert}.
   *
   * @param pending what that step said to remember
   * @param outcome what came of the conversion
   * @implSpec The default throws, for policies that never convert inside {@code run()}.
   * @throws IllegalStateException if this policy never converts inside {@code run()}
   */
  default Step onConverted(VcpuView vcpu, Pending pending, ConversionOutcome outcome) {
    throw new IllegalStateException("this policy never converts inside run(): " + pending);
  }
}
