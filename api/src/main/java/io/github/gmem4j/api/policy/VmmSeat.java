package io.github.gmem4j.api.policy;

import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Reply;

/**
 * The VMM seat: what userspace decides between two {@code run()} calls. It is mostly data, which
 * the coordinator carries out: how to wait and how long, what to keep after a partial success, what
 * to tell the guest.
 *
 * @implSpec Pure functions, see {@link ConversionPolicy}.
 *     <ul>
 *       <li><b>V1</b> Every exit is read, and one that is not about memory changing hands (a halt,
 *           a kick, MMIO, a failure) is {@link Wish#NOTHING}.
 *       <li><b>V2</b> A wish asks for what its exit says: that range, that state.
 *       <li><b>V3</b> A retry rule ends, and holds the vCPU for less time than a guest's watchdog
 *           grants.
 *       <li><b>V4</b> Every {@link Settlement} of every wish is put into a reply.
 *       <li><b>V5</b> The KVM seat of the same policy accepts each of these replies.
 *       <li><b>V6</b> The reply to a guest's request is "done" only for what is fulfilled or for
 *           the kernel to do now, and for ranges without any guest memory.
 *       <li><b>V7</b> The caller asks about wishes that {@code wish} has answered, and no others.
 *       <li><b>V8</b> The caller settles as {@link Settlement.Ready}, and calls {@code
 *           unconverted}, for wishes by {@link PolicyTraits.Converter#KVM} only.
 *     </ul>
 */
public interface VmmSeat {
  /** Reads an exit: does it ask for a conversion, and of what? */
  Wish wish(Exit exit);

  /** Says how often and how long to try when pages are held or a participant needs time. */
  RetryRule retryRule(Wish.Convert wish);

  /**
   * Says what to tell the guest.
   *
   * @param wish what was asked
   * @param settlement what came of it
   */
  Reply reply(Wish.Convert wish, Settlement settlement);

  /**
   * Says what to do about accesses whose kind differs from the page's.
   *
   * @implSpec The default converts, and stops the VM at {@link ImplicitRule#DEFAULT_LIMIT}
   *     conversions of one page without another in between.
   */
  default ImplicitRule implicitRule() {
    return ImplicitRule.CONVERT;
  }

  /**
   * Tells whether, in a VM whose accesses follow the page's state ({@link
   * io.github.gmem4j.api.vm.VmType.AccessRule#FOLLOWS_STATE}), a memory fault on a frame with
   * memory behind it is always out of date: another vCPU's conversion came in between, and the
   * access is simply tried again.
   *
   * @implSpec The default says no, since a policy may keep shared pages from the guest, and the
   *     fault then shows a page that the guest believes to be private.
   */
  default boolean everyFaultIsStale() {
    return false;
  }

  /**
   * Says what it means that pages which the kernel was to convert still have their old state when
   * the vCPU that asked leaves {@code run()} next, with an exit that does not ask again.
   *
   * @param wish the wish, by {@link PolicyTraits.Converter#KVM}
   * @implSpec The default says that the kernel gave up: the participants abort.
   */
  default Unconverted unconverted(Wish.Convert wish) {
    return Unconverted.GIVEN_UP;
  }

  /**
   * Says what becomes of the pieces that were converted when a later piece of the same wish cannot
   * be. A wish has several pieces when it spans several slots.
   *
   * @implSpec The default keeps them, since a conversion to shared cannot give contents back.
   */
  default AfterPartial afterPartial(Shareability target) {
    return AfterPartial.KEEP;
  }
}
