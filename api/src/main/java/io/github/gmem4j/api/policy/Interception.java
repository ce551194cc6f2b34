package io.github.gmem4j.api.policy;

import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.vm.Gfn;

/** What a platform that runs beneath the kernel does with a guest's call. */
public sealed interface Interception {
  /** KVM gets the call. */
  record Passed() implements Interception {}

  /**
   * KVM gets another call in place of the guest's: the part of it that was found acceptable.
   *
   * @param call what KVM gets
   */
  record PassedAs(GuestCall call) implements Interception {}

  /**
   * The call is answered here and KVM never sees it.
   *
   * @param result what the guest finds in its registers
   */
  record Answered(GuestResult result) implements Interception {}

  /**
   * A page is missing. KVM handles it as a touch of that frame; the guest makes the call again.
   *
   * @param gfn the frame
   */
  record NeedsPage(Gfn gfn) implements Interception {}

  /**
   * The guest takes an exception instead.
   *
   * @param reason which one and why
   */
  record Excepted(String reason) implements Interception {}

  /**
   * The guest can never run again: the VM is dead.
   *
   * @param reason why
   */
  record Fatal(String reason) implements Interception {}

  /** The one value of {@link Passed}. */
  Passed PASSED = new Passed();
}
