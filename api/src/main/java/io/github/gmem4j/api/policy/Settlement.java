package io.github.gmem4j.api.policy;

import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.vm.GfnRange;
import java.util.Optional;

/** What came of a wish, before it is put into words the guest understands. */
public sealed interface Settlement {
  /** The whole range has the wanted state. */
  record Fulfilled() implements Settlement {}

  /**
   * Every participant is ready and stays so; the kernel converts when the vCPU runs again. Only for
   * wishes by {@link PolicyTraits.Converter#KVM}.
   */
  record Ready() implements Settlement {}

  /**
   * Something is in the way now and will not be for long; the guest should ask again.
   *
   * @param why what is in the way
   */
  record RetryLater(Obstacle why) implements Settlement {}

  /**
   * Something was in the way at every try.
   *
   * @param why what was in the way at the last one
   * @param attempts how many tries there were
   */
  record GaveUp(Obstacle why, int attempts) implements Settlement {}

  /**
   * A participant does not agree.
   *
   * @param participant its name
   * @param reason what it said
   */
  record Refused(String participant, String reason) implements Settlement {}

  /**
   * The range is not acceptable to the kernel, or the kernel ran out of memory.
   *
   * @param outcome what it answered
   */
  record Rejected(ConversionOutcome outcome) implements Settlement {}

  /**
   * No guest memory lies behind a part of the range. Nothing was converted.
   *
   * @param entirely whether no part of the range has guest memory behind it
   */
  record Unbacked(boolean entirely) implements Settlement {}

  /**
   * A participant broke its promise here, now or earlier: nobody knows who may touch the range, and
   * it is not converted any more.
   *
   * @param range the poisoned frames
   * @param reason what happened
   * @param cause what the participant threw, with what others threw after it as suppressed; empty
   *     where there is no exception to show
   */
  record Poisoned(GfnRange range, String reason, Optional<Throwable> cause) implements Settlement {
    /** Poisoned without an exception to show. */
    public Poisoned(GfnRange range, String reason) {
      this(range, reason, Optional.empty());
    }
  }

  /**
   * What is in the way of a conversion.
   *
   * @param outcome the kernel's answer, if pages are held
   * @param participant who needs time, if a participant does
   * @param errorOffset where the kernel, converting by itself, found a page held, if it said so
   */
  record Obstacle(
      Optional<ConversionOutcome.Blocked> outcome,
      Optional<String> participant,
      Optional<ByteOffset> errorOffset) {
    /** Pages are held. */
    public static Obstacle held(ConversionOutcome.Blocked blocked) {
      return new Obstacle(
          Optional.of(blocked), Optional.empty(), Optional.of(blocked.errorOffset()));
    }

    /** A participant needs time. */
    public static Obstacle needsTime(String participant) {
      return new Obstacle(Optional.empty(), Optional.of(participant), Optional.empty());
    }

    /** The kernel left {@code run()} again with the same question. */
    public static Obstacle askedAgain(Optional<ByteOffset> errorOffset) {
      return new Obstacle(Optional.empty(), Optional.empty(), errorOffset);
    }
  }

  /** The one value of {@link Ready}. */
  Ready READY = new Ready();

  /** The one value of {@link Fulfilled}. */
  Fulfilled FULFILLED = new Fulfilled();
}
