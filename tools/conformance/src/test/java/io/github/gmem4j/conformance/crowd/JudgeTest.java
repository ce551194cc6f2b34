package io.github.gmem4j.conformance.crowd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.memory.Signal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the judge must notice, and what it must let pass. Page 1 is what all is about. */
class JudgeTest {
  private static final PageRange ONE = PageRange.of(1, 1);
  private static final HostAccess SIGBUS = new HostAccess.Fault(Signal.SIGBUS, "private");

  private final List<Log.Entry> entries = new ArrayList<>();

  private void done(long begin, long end, Deed deed) {
    entries.add(new Log.Entry("somebody", deed, new Interval(begin, end)));
  }

  private void converted(long begin, long end, Shareability target) {
    done(begin, end, new Deed.Converted(ONE, target, new ConversionOutcome.Converted(target)));
  }

  private static Deed blocked(long page) {
    return new Deed.Converted(
        ONE,
        Shareability.PRIVATE,
        new ConversionOutcome.Blocked(new ByteOffset(page * 4096), List.of()));
  }

  private void passes() {
    assertEquals(List.of(), new Judge(entries, false).verdicts());
  }

  private void isNoticed(String why) {
    List<String> verdicts = new Judge(entries, false).verdicts();
    assertEquals(1, verdicts.size(), verdicts.toString());
    assertTrue(verdicts.getFirst().contains(": " + why), verdicts.getFirst());
  }

  @Test
  void aHostThatReachesAPageAfterItBecamePrivate() {
    converted(1, 5, Shareability.PRIVATE);
    done(4, 6, new Deed.HostLoaded(1, HostAccess.DONE, (byte) 0));
    passes();
    done(6, 7, new Deed.HostLoaded(1, HostAccess.DONE, (byte) 0));
    isNoticed("page 1 was never SHARED meanwhile");
  }

  @Test
  void aSigbusOfAPageThatWasNeverPrivate() {
    done(1, 2, new Deed.HostStored(1, SIGBUS, (byte) 3));
    isNoticed("page 1 was never PRIVATE meanwhile");
  }

  @Test
  void aByteThatAnotherSurelyReplaced() {
    done(1, 2, new Deed.GuestStored(1, (byte) 7));
    done(3, 6, new Deed.HostStored(1, HostAccess.DONE, (byte) 8));
    done(5, 7, new Deed.GuestLoaded(1, (byte) 7));
    passes();
    done(8, 9, new Deed.GuestLoaded(1, (byte) 7));
    isNoticed("page 1 held one of [8]");
  }

  @Test
  void aConversionBlockedByNobody() {
    done(10, 20, blocked(1));
    isNoticed("nobody held page 1");
  }

  @Test
  void aConversionBlockedByAPinThatWasThere() {
    done(10, 20, blocked(1));
    done(5, 11, new Deed.Held(1));
    passes();
  }

  @Test
  void aConversionBlockedByATouchAtTheSameMoment() {
    done(10, 20, blocked(1));
    done(15, 25, new Deed.HostLoaded(1, HostAccess.DONE, (byte) 0));
    passes();
  }

  @Test
  void anErrorOffsetOutsideTheRange() {
    done(1, 9, new Deed.Held(2));
    done(2, 3, blocked(2));
    isNoticed("the error offset lies outside");
  }

  @Test
  void aConversionThatFoundNothingToDoThoughThereWas() {
    done(
        1,
        2,
        new Deed.Converted(
            ONE, Shareability.PRIVATE, new ConversionOutcome.AlreadyThere(Shareability.PRIVATE)));
    isNoticed("page 1 was never PRIVATE meanwhile");
  }

  @Test
  void aConversionThatDidWhatWasDone() {
    converted(1, 2, Shareability.PRIVATE);
    passes();
    converted(3, 4, Shareability.PRIVATE);
    isNoticed("every page was PRIVATE already");
  }

  @Test
  void aPinOfAPrivatePage() {
    converted(1, 2, Shareability.PRIVATE);
    done(3, 4, new Deed.Pinned(1, Optional.of(Errno.EFAULT)));
    passes();
    done(5, 6, new Deed.Pinned(1, Optional.empty()));
    isNoticed("page 1 was never SHARED meanwhile");
  }

  @Test
  void aGuestThatIsToldSomethingElse() {
    done(1, 2, new Deed.Told(-11, 0));
    isNoticed("the guest is told something else");
  }

  @Test
  void anExitThatNoAccessHas() {
    done(1, 2, new Deed.Strange("MEMORY_FAULT"));
    isNoticed("nobody may meet that");
  }
}
