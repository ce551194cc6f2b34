package io.github.gmem4j.api.policy;

import io.github.gmem4j.api.guest.PlatformInstruction;
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
 *     <ol>
 *       <li>{@link #makePrivate} is called lazily, at a guest's private touch, and may fail.
 *       <li>{@link #zapPrivate}, {@link #makeShared} and {@link #reclaim} cannot fail. Hardware
 *           that fails them makes the VM dead through {@link PlatformHost#bug}.
 *       <li>A folio is private to one frame from a successful {@code makePrivate} until a {@code
 *           makeShared} or {@code reclaim} of that folio.
 *     </ol>
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
   * Says before the point of no return whether a range may become shared at all.
   *
   * @return why not; empty if it may
   * @implSpec The default has no objection.
   */
  default Optional<String> objectionToSharing(GfnRange range) {
    return Optional.empty();
  }

  /**
   * A page becomes shared. Called for each existing page of the range, mapped by the guest or not,
   * after {@link #zapPrivate} and before the new state is stored.
   */
  void makeShared(Folio folio);

  /** A page goes back to the host: it was punched out or its memory is gone. */
  void reclaim(Folio folio);

  /** A guest loads or stores, privately, a frame it has a mapping of. */
  PrivateAccess access(Gfn gfn);

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
   * The initial image is complete.
   *
   * @implSpec The default does nothing.
   */
  default void finalizeLaunch() {}

  /**
   * A vCPU enters the guest.
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
