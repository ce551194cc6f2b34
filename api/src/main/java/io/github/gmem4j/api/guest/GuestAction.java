package io.github.gmem4j.api.guest;

import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;

/**
 * One thing a guest does.
 *
 * <p>An access says how the guest makes it, {@code as} private or shared. VMs whose accesses take
 * the kind of the page, or are always shared, ignore that.
 */
public sealed interface GuestAction {
  /** Touches a page without looking at its bytes. */
  record Touch(Gpa at, Shareability as) implements GuestAction {}

  /** Loads a byte. */
  record Read(Gpa at, Shareability as) implements GuestAction {}

  /** Stores a byte. */
  record Write(Gpa at, Shareability as, byte value) implements GuestAction {}

  /** Calls the hypervisor. */
  record Call(GuestCall call) implements GuestAction {}

  /** Executes an instruction of the platform. */
  record Execute(PlatformInstruction instruction) implements GuestAction {}

  /**
   * Does all that a guest kernel of this architecture does to bring memory into a state: calls,
   * retries, accepts. See {@link io.github.gmem4j.api.policy.GuestKernel}.
   */
  record Request(GpaRange range, Shareability target) implements GuestAction {}
}
