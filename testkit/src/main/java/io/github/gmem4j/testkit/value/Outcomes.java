package io.github.gmem4j.testkit.value;

import io.github.gmem4j.api.memory.Blocker;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.Shareability;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Makes {@link ConversionOutcome}s. */
public final class Outcomes {
  private Outcomes() {}

  /** Returns the outcome of a conversion that was carried out. */
  public static ConversionOutcome converted(Shareability target) {
    return new ConversionOutcome.Converted(target);
  }

  /** Returns the outcome of a conversion that found nothing to do. */
  public static ConversionOutcome alreadyThere(Shareability target) {
    return new ConversionOutcome.AlreadyThere(target);
  }

  /** Returns the outcome of a conversion that somebody blocks; ascending, at least one. */
  public static ConversionOutcome.Blocked blockedBy(Blocker first, Blocker... more) {
    List<Blocker> blockers = Stream.concat(Stream.of(first), Arrays.stream(more)).toList();
    return new ConversionOutcome.Blocked(first.page().offset(), blockers);
  }

  /** Returns the outcome of a conversion for which memory ran out. */
  public static ConversionOutcome outOfMemory() {
    return new ConversionOutcome.OutOfMemory(ByteOffset.ZERO);
  }

  /** Returns the outcome of a conversion that is not acceptable. */
  public static ConversionOutcome rejected(Errno errno) {
    return new ConversionOutcome.Rejected(errno, "rejected for a test");
  }

  /** Returns an outcome of each kind; rejected with each errno a kernel uses. */
  public static List<ConversionOutcome> ofEachKind(Shareability target) {
    return List.of(
        converted(target),
        alreadyThere(target),
        blockedBy(Blockers.of(0).build()),
        blockedBy(Blockers.of(1).forLong().heldBy("vfio").build(), Blockers.of(2).build()),
        new ConversionOutcome.Blocked(ByteOffset.ZERO, List.of()),
        outOfMemory(),
        rejected(Errno.EINVAL),
        rejected(Errno.EBUSY),
        rejected(Errno.EIO),
        rejected(Errno.ECANCELED));
  }
}
