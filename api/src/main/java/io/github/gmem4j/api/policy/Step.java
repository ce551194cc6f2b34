package io.github.gmem4j.api.policy;

import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.GpaRange;

/** One decision of the {@link KvmSeat}. */
public sealed interface Step {
  /**
   * Leave {@code run()}.
   *
   * @param exit what the VMM sees
   * @param pending what to remember until it runs the vCPU again; with {@link Pending#NONE} the
   *     action is tried again then
   */
  record Leave(Exit exit, Pending pending) implements Step {}

  /**
   * The kernel itself converts now; {@link KvmSeat#onConverted} gets the outcome.
   *
   * @param range the guest physical bytes
   * @param target the state they are to have
   * @param pending what to remember until then
   */
  record Convert(GpaRange range, Shareability target, Pending pending) implements Step {}

  /**
   * Complete the guest's call.
   *
   * @param result what the guest finds in its registers
   */
  record Return(GuestResult result) implements Step {}

  /** Let the guest try the interrupted action again. */
  record Resume() implements Step {}

  /**
   * {@code KVM_RUN} fails and the guest stays where it is.
   *
   * @param errno the error number
   * @param reason one sentence that names the offending value
   * @param pending what to remember: the next {@code run()} comes back to {@link KvmSeat#onReentry}
   *     with it
   */
  record Fail(Errno errno, String reason, Pending pending) implements Step {}

  /** The one value of {@link Resume}. */
  Resume RESUME = new Resume();
}
