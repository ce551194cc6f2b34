package io.github.gmem4j.api.policy;

import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.guest.PlatformInstruction;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GfnRange;
import java.util.Optional;

/**
 * The platform seat: a model of the firmware and hardware of one VM, which owns private memory. It
 * knows nothing of vCPU exits.
 *
 * <p>All calls come under the VM's MMU lock, one at a time. The model must return at once, must not
 * call back into the VM other than through its {@link PlatformHost}, and decides what becomes of
 * contents through {@link Folio}.
 *
 * @implSpec
 *     <ul>
 *       <li><b>F1</b> {@link #makePrivate} is called lazily, at a guest's private touch, and may
 *           fail; a page that nothing stands against is granted, if need be after some {@link
 *           Granting.Busy}.
 *       <li><b>F2</b> {@link #zapPrivate}, {@link #makeShared}, {@link #takenFromHost} and {@link
 *           #reclaim} cannot fail. Hardware that fails them makes the VM dead through {@link
 *           PlatformHost#bug}.
 *       <li><b>F3</b> A folio is private to one frame from a successful {@code makePrivate} until a
 *           {@code makeShared} or {@code reclaim} of that folio; no other frame is granted it, and
 *           the caller offers it to no other VM.
 *       <li><b>F4</b> {@link #makePrivate} of a folio that is private to that frame already is
 *           granted again.
 *       <li><b>F5</b> {@link #makeShared} and {@link #reclaim} of a folio that is not private and
 *           {@link #zapPrivate} of frames that are not mapped have no effect.
 *       <li><b>F6</b> {@link #access} decides and changes nothing: asked again, it answers the
 *           same.
 *       <li><b>F7</b> An instruction that the platform does not know is {@link Execution.Excepted},
 *           and a call that it does not know is passed on.
 *       <li><b>F8</b> A page is quarantined from within {@code makeShared} or {@code reclaim} of
 *           that page only.
 *       <li><b>F9</b> The caller makes one call at a time.
 *       <li><b>F10</b> The caller zaps a frame before it calls {@code makeShared} or {@code
 *           reclaim} for its folio.
 *       <li><b>F11</b> The caller asks for {@code access} only to a frame that was granted, and not
 *           zapped since.
 *       <li><b>F12</b> After {@link #teardown} the caller makes no call but {@code reclaim}.
 *     </ul>
 */
public interface Platform {
  /**
   * A guest touches a private page that it has no mapping of: give the page to the guest.
   *
   * @param gfn the frame
   * @param folio the page
   */
  Granting makePrivate(Gfn gfn, Folio folio);

  /**
   * The VM loses its mappings of private pages in a range: before a conversion to shared, a punched
   * hole, a slot that goes, a closed memory. Frames without one are to be skipped.
   */
  void zapPrivate(GfnRange range);

  /**
   * Says before the point of no return whether a page may become shared at all. Asked for each
   * existing page of the range of each VM that has a view of the memory or that the page belongs
   * to, whether it is bound to a slot then or not. Decides and changes nothing.
   *
   * @return why not; empty if it may
   * @implSpec The default has no objection.
   */
  default Optional<String> objectionToSharing(Folio folio) {
    return Optional.empty();
  }

  /**
   * Tells whether a page that the guest shares still belongs to it, so that no other VM may have
   * the page. If it does, a page is the VM's from its first touch, private or shared, until {@link
   * #reclaim}; if not, from a private touch until {@code makeShared} or {@code reclaim}. Asked
   * once.
   *
   * @implSpec The default says no: a shared page is the host's.
   */
  default boolean ownsWhatItShares() {
    return false;
  }

  /**
   * A page becomes shared. Called for each existing page of the range, mapped by the guest or not,
   * after {@link #zapPrivate} and before the new state is stored.
   */
  void makeShared(Folio folio);

  /**
   * The VMM creates, deletes, moves or changes a memory slot, and nothing else stands against it.
   * Decides and changes nothing. Not asked for the slots of a VM that ends.
   *
   * @param change what becomes of the slot
   * @param flags the slot's flags as the VMM wants them; of a slot that goes, its own
   * @return the errno of {@code KVM_SET_USER_MEMORY_REGION2} and why; empty if the slot may change
   * @implSpec The default lets every change happen.
   */
  default Optional<SlotRefusal> refusalOfSlot(SlotChange change, long flags) {
    return Optional.empty();
  }

  /** A page goes back to the host: it was punched out or its memory is gone. */
  void reclaim(Folio folio);

  /** A guest loads or stores, privately, a frame it has a mapping of. */
  PrivateAccess access(Gfn gfn);

  /**
   * A guest touches a shared page that it has no mapping of.
   *
   * @param gfn the frame
   * @param folio the page
   * @implSpec The default grants it: shared pages are none of the platform's business. A platform
   *     that knows what the guest has shared answers {@link Granting#NOT_SHARED} for what it has
   *     not, whatever the memory's state is.
   */
  default Granting mapShared(Gfn gfn, Folio folio) {
    return Granting.GRANTED;
  }

  /**
   * The host may no longer touch a page: it was shared and is private from now on. Called for each
   * existing page of the range, after the point of no return. Cannot fail.
   *
   * @implSpec The default does nothing: the page becomes the guest's at its first private touch.
   */
  default void takenFromHost(Folio folio) {}

  /**
   * The host reads or writes a private page through a reference that {@link Step.Flip} left behind.
   * Asked before the access, of the platforms that {@link #objectionToSharing} is asked of; one
   * that has nothing to do with the page answers {@link HostReach#EXPOSED}.
   *
   * @param folio the page
   * @param attempt who, and which way
   * @return what the access reaches
   * @implSpec The default exposes the page: nothing stands between the host and it.
   */
  default HostReach reachedByHost(Folio folio, HostAttempt attempt) {
    return HostReach.EXPOSED;
  }

  /**
   * A guest calls, and what runs beneath KVM sees the call first.
   *
   * @param vcpu the vCPU
   * @param call the call
   * @implSpec The default passes it on.
   */
  default Interception intercept(int vcpu, GuestCall call) {
    return Interception.PASSED;
  }

  /**
   * A call that was passed on returns to the guest: what runs beneath KVM has the last word.
   *
   * @param vcpu the vCPU
   * @param call the call
   * @param result what KVM put into the guest's registers
   * @return what the guest finds there instead; empty to leave them alone
   * @implSpec The default leaves them alone.
   */
  default Optional<GuestResult> returned(int vcpu, GuestCall call, GuestResult result) {
    return Optional.empty();
  }

  /**
   * A call that was passed on never returns: its vCPU is closed, or has another guest program.
   *
   * @param vcpu the vCPU
   * @param call the call
   * @implSpec The default does nothing.
   */
  default void abandoned(int vcpu, GuestCall call) {}

  /**
   * A guest touches a frame that it has no mapping of, or as something that it is not, and the
   * hardware may settle that with the guest alone. Asked before KVM sees the fault; decides and
   * changes nothing.
   *
   * @param gfn the frame
   * @param access the kind of access
   * @return the exception that the guest takes, of which KVM learns nothing; empty if KVM handles
   *     the fault
   * @implSpec The default leaves all faults to KVM.
   */
  default Optional<String> exceptionFor(Gfn gfn, Shareability access) {
    return Optional.empty();
  }

  /**
   * The VM is destroyed, its memory may live on. No call but {@link #reclaim} follows.
   *
   * @implSpec The default does nothing.
   */
  default void teardown() {}

  /** A guest executes an instruction. */
  Execution execute(PlatformInstruction instruction);

  /**
   * Adds a page to the initial image, before the launch is finalized.
   *
   * @param gfn the frame, private
   * @param folio the page that will hold it
   * @param source the bytes to add, one page; empty to take those already in the page
   * @implSpec The default denies: this platform has no launch.
   */
  default Granting populate(Gfn gfn, Folio folio, Optional<byte[]> source) {
    return new Granting.Denied("this platform has no launch");
  }

  /**
   * Tells whether pages may be mapped ahead of their first touch now.
   *
   * @implSpec The default says yes. A platform with a launch says no until it is finalized.
   */
  default boolean allowsPrefault() {
    return true;
  }

  /**
   * Says why the VM's vCPUs may not run yet: {@code KVM_RUN} is EINVAL then, and nothing has
   * changed. Asked before a vCPU enters, until there is no objection; not asked again after that.
   *
   * @return why not; empty if they may
   * @implSpec The default has no objection. A platform whose vCPUs wait for the launch objects
   *     until it is finalized.
   */
  default Optional<String> objectionToRunning() {
    return Optional.empty();
  }

  /**
   * The initial image is complete.
   *
   * @implSpec The default does nothing.
   */
  default void finalizeLaunch() {}

  /**
   * A vCPU enters the guest. Comes before the first access, call or instruction of its guest that
   * the platform is asked about, and before a page is mapped ahead of its first touch.
   *
   * @implSpec The default does nothing.
   */
  default void enter(int vcpu) {}

  /**
   * A vCPU has left the guest.
   *
   * @implSpec The default does nothing.
   */
  default void leave(int vcpu) {}
}
