package io.github.gmem4j.api.vm;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestProgram;
import java.util.List;

/**
 * A virtual CPU. One thread is inside it at a time, in {@link #run}, {@link #load} or {@link
 * #prefault}: another one, or a listener that calls them from within, gets an {@link
 * IllegalStateException} that names the vCPU and the threads. All else may be called from any
 * thread at any time.
 */
public interface Vcpu extends AutoCloseable {
  /** Returns the vCPU's number in its VM, from 0. */
  int id();

  /**
   * Runs the guest until something needs the VMM.
   *
   * <p>An unfinished exit is completed with the reply first, before kicks are looked at, as the
   * kernel does. A reply that does not belong to the last exit is EINVAL.
   *
   * <p>What a listener or the policy throws comes through. Then either nothing was done with the
   * reply, and it is to be given again, or the next call returns the exit that was lost, whatever
   * it is given.
   *
   * @param reply what the VMM answers to the last exit; {@link Reply#RESUME} if it has no question
   */
  Exit run(Reply reply);

  /** Runs the guest with nothing to answer. */
  default Exit run() {
    return run(Reply.RESUME);
  }

  /**
   * Replaces the program; the next {@link #run} begins with its first action. What an action costs
   * does not grow with the program.
   */
  void load(GuestProgram program);

  /** Returns what the finished actions of the current program yielded, in order. */
  List<ActionResult> results();

  /** Makes the current or next {@code run()} return {@link Exit.Interrupted}, once. */
  void kick();

  /**
   * Tells whether a kick waits for the current or next {@code run()}, which has not taken it yet.
   * From any thread.
   */
  default boolean isKicked() {
    return false;
  }

  /** Tells whether this vCPU or its VM was closed: every later {@code run()} fails. */
  default boolean isClosed() {
    return false;
  }

  /**
   * Asks to be told when the vCPU is kicked or closed, or its VM closed, for one who holds the vCPU
   * outside {@code run()}. The kick is not taken by that: the next {@code run()} still returns
   * {@link Exit.Interrupted}.
   *
   * <p>Nothing is missed by one who registers, then asks {@link #isKicked} and {@link #isClosed},
   * and then waits. Waking up without a reason is allowed.
   *
   * @param wake called after the fact, each time, from the thread that kicks or closes, which holds
   *     no lock of the library; must return at once and not throw
   * @return the registration; {@link KickWatch#NONE} where a vCPU tells nobody
   */
  default KickWatch onKick(Runnable wake) {
    return KickWatch.NONE;
  }

  /** Queues an interrupt for the guest; it stays pending until the guest runs an action. */
  void queueInterrupt();

  /**
   * Maps pages ahead of their first touch ({@code KVM_PRE_FAULT_MEMORY}): each with the kind of
   * access its state asks for, so that it cannot mismatch.
   *
   * @param range page aligned and not empty, else EINVAL
   * @param flags must be 0, else EINVAL
   */
  Prefault prefault(GpaRange range, long flags);

  /**
   * Destroys the vCPU: what it left open is forgotten, references that the kernel held for its call
   * are dropped, and every later {@code run()} fails with EBADF. A {@code run()} under way fails
   * like that, too, and the rest happens when it has unwound. Closing again has no effect.
   */
  @Override
  void close();
}
