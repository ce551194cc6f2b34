package io.github.gmem4j.api.participant;

/**
 * Somebody who must take part before guest memory changes hands.
 *
 * <p>The coordinator calls, for each planned conversion and in the order of registration:
 *
 * <ol>
 *   <li>{@code prepare} on every participant. Whoever uses the pages lets go of them here when they
 *       are to become private, and reserves what it needs to use them when they are to become
 *       shared.
 *   <li>the conversion itself;
 *   <li>{@code commit} on every participant, or {@code abort} in reverse order on those that were
 *       ready.
 * </ol>
 *
 * <p>The rules, which the testkit's {@code AssertingParticipant} checks:
 *
 * <ul>
 *   <li><b>C1</b> {@code name} and {@code prepare} do not answer {@code null} and do not throw; the
 *       name does not change.
 *   <li><b>C2</b> {@code prepare} that answers {@code NeedsTime} or {@code Refused} leaves nothing
 *       changed, and neither {@code commit} nor {@code abort} follows it.
 *   <li><b>C3</b> {@code commit} does not fail. An exception from it poisons the range: the
 *       coordinator refuses every later conversion there. The others are told all the same, and an
 *       {@code Error} then goes on to the caller.
 *   <li><b>C4</b> {@code abort} restores what {@code prepare} changed. An exception from it poisons
 *       the range too.
 *   <li><b>C5</b> Each {@code prepare} that answered {@code Ready} is followed by exactly one
 *       {@code commit} or {@code abort} of the same conversion, and it is what is so then; no other
 *       conversion of these pages is prepared before. At the latest it comes when the vCPU, the
 *       slot, the memory or the VM is closed.
 * </ul>
 *
 * <p>Called with no lock held, by the thread that handles the exit; different vCPUs' exits are
 * handled by different threads, so implementations must be thread-safe. The last word about a
 * conversion may come from another thread: that of another vCPU, or one that closes something.
 */
public interface Participant {
  /** Returns the name that timelines and reports show. */
  String name();

  /** Prepares for a conversion. Must not answer {@code null}. */
  Preparation prepare(PlannedConversion conversion);

  /** The conversion happened. */
  void commit(PlannedConversion conversion);

  /** The conversion did not happen. */
  void abort(PlannedConversion conversion);
}
