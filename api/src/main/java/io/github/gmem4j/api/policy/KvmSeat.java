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
 *     <ul>
 *       <li><b>K1</b> A call that the seat does not know is completed with {@link Step.Return}.
 *       <li><b>K2</b> At re-entry every {@link Reply} is answered, and one that does not fit is not
 *           taken for done.
 *       <li><b>K3</b> {@link Step.Fail} at re-entry keeps the guest's call or says that this kernel
 *           loses it. Kept: with the pending state that it carries, the next reply is answered as
 *           it would have been. Lost: it carries {@link Pending.Forgotten} with what the guest
 *           finds instead of an answer.
 *       <li><b>K4</b> The vCPU leaves with {@link Exit.MapGpaRange} or {@link Exit.Unshare} only
 *           where its {@link VcpuView} says that the VMM has enabled that exit.
 *       <li><b>K5</b> A fault completes no call: {@code onFault} never answers {@link Step.Return}.
 *       <li><b>K6</b> An access that no conversion can help (no guest memory, a closed one, a
 *           poisoned page) is not simply tried again: it leaves {@code run()}.
 *       <li><b>K7</b> A call that the VMM and the kernel always fulfil returns, after no more steps
 *           than it has pages and a few.
 *       <li><b>K8</b> The caller hands {@code onReentry} the pending state of that vCPU's last
 *           {@link Step.Leave} or {@link Step.Fail}, and only then; never {@link Pending#NONE} or
 *           {@link Pending.Forgotten}.
 *       <li><b>K9</b> The caller hands {@code onConverted} the pending state of that vCPU's last
 *           {@link Step.Convert} or {@link Step.Flip}, and only then.
 *     </ul>
 */
public interface KvmSeat {
  /** Decides what to do about a guest's call. */
  Step onCall(VcpuView vcpu, GuestCall call);

  /**
   * Decides how to go on after the VMM answered an exit.
   *
   * @param pending what the step that left {@code run()} said to remember; never {@link
   *     Pending#NONE} or {@link Pending.Forgotten}
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
   * Decides how to go on after {@link Step.Convert} or {@link Step.Flip}.
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
