package io.github.gmem4j.api.policy;

import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;

/** One decision of the {@link KvmSeat}. */
public sealed interface Step {
  /**
   * Leave {@code run()}.
   *
   * @param exit what the VMM sees
   * @param pending what to remember until it runs the vCPU again; with {@link Pending#NONE} the
   *     action is tried again then, with {@link Pending.Forgotten} it is over
   */
  record Leave(Exit exit, Pending pending) implements Step {}

  /**
   * The kernel itself converts now, with all checks; {@link KvmSeat#onConverted} gets the outcome.
   *
   * <p>Asked for at re-entry about a range that another vCPU's conversion to the opposite state has
   * touched since this one left {@code run()}, it is not carried out and the outcome is {@link
   * ConversionOutcome.Rejected} with ECANCELED: the guest's newest request wins.
   *
   * @param range the guest physical bytes
   * @param target the state they are to have
   * @param pending what to remember until then
   */
  record Convert(GpaRange range, Shareability target, Pending pending) implements Step {}

  /**
   * The hypervisor beneath the kernel has given the pages another owner, and the kernel only takes
   * note: no host page table is emptied and no reference is counted. {@link KvmSeat#onConverted}
   * gets the outcome. A reference that stays reaches {@link Platform#reachedByHost}.
   *
   * @param range the guest physical bytes
   * @param target the state they have now
   * @param pending what to remember until then
   */
  record Flip(GpaRange range, Shareability target, Pending pending) implements Step {}

  /**
   * The host's page tables lose the range. While its pages are shared, the next touch faults them
   * in again.
   *
   * @param range the guest physical bytes
   * @param then what to do afterwards
   */
  record UnmapHost(GpaRange range, Step then) implements Step {}

  /**
   * Keeps shared pages from the guest, or from everyone, until they change hands. The guest's
   * mappings go, and its next touch comes to {@link KvmSeat#onFault} as {@link
   * GuestFault.Cause#WITHHELD} with the mark, whichever vCPU touches. Private pages of the range
   * are left alone. A conversion of a page ends it, in either direction and by anybody, even to
   * shared where the page is shared. A punched hole makes pages that were withheld from everyone
   * private, since nobody holds what comes after them; withheld from the guest they stay so.
   *
   * @param range the guest physical bytes
   * @param from whom the pages are kept from
   * @param mark what to remember with each page
   * @param then what to do afterwards
   */
  record Withhold(GpaRange range, Withheld from, Pending mark, Step then) implements Step {}

  /**
   * The kernel takes a reference on a shared page for the time of the guest's call: it is dropped
   * when the guest goes on, whatever the call's result, or when the vCPU is closed. It blocks a
   * conversion like any other.
   *
   * @param page an address in the page
   * @param holder the name that a blocked conversion will report
   * @param then what to do when the reference is taken
   * @param otherwise what to do when there is no such page or it is private
   */
  record Pin(Gpa page, String holder, Step then, Step otherwise) implements Step {}

  /**
   * The kernel looks whether the whole range has a state already. Nothing is converted and nothing
   * is held: the answer may be out of date as soon as it is given.
   *
   * @param range the guest physical bytes; frames without guest memory count as shared
   * @param state the state to look for
   * @param then what to do if every page has it
   * @param otherwise what to do if not, or if the range is not one of whole pages
   */
  record Compare(GpaRange range, Shareability state, Step then, Step otherwise) implements Step {}

  /**
   * Complete the guest's call.
   *
   * @param result what the guest finds in its registers
   */
  record Return(GuestResult result) implements Step {}

  /** Let the guest try the interrupted action again. */
  record Resume() implements Step {}

  /**
   * {@code KVM_RUN} fails and the guest is not resumed.
   *
   * @param errno the error number
   * @param reason one sentence that names the offending value
   * @param pending what to remember: the next {@code run()} comes back to {@link KvmSeat#onReentry}
   *     with it; with {@link Pending#NONE} the action is tried again then, and with {@link
   *     Pending.Forgotten} the kernel has lost the guest's call
   */
  record Fail(Errno errno, String reason, Pending pending) implements Step {}

  /** The one value of {@link Resume}. */
  Resume RESUME = new Resume();
}
