package io.github.gmem4j.conformance.crowd;

import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.memory.Signal;
import io.github.gmem4j.conformance.crowd.Log.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Judges what a crowd was answered. Each page has a state, set by conversions that succeed, and a
 * byte, set by stores: an answer is right if it fits what these may have been while it was given.
 */
final class Judge {
  private final List<Entry> entries;
  private final boolean zeroes;
  private final List<Register<Shareability>> states = new ArrayList<>();
  private final List<Register<Byte>> bytes = new ArrayList<>();

  /** Hears everything that was done, by everybody. */
  Judge(List<Entry> entries, boolean zeroes) {
    this.entries = entries;
    this.zeroes = zeroes;
    for (int page = 0; page < Stage.PAGES; page++) {
      states.add(new Register<>(Shareability.SHARED));
      bytes.add(new Register<>((byte) 0));
    }
    entries.forEach(this::take);
  }

  /** Returns what a page's state may have been. */
  Set<Shareability> statesOf(long page, Interval when) {
    return states.get((int) page).at(when);
  }

  /** Returns what a page's byte may have been. */
  Set<Byte> bytesOf(long page, Interval when) {
    return bytes.get((int) page).at(when);
  }

  /** Takes note of what sets something. */
  private void take(Entry entry) {
    switch (entry.deed()) {
      case Deed.Converted(PageRange pages, Shareability target, ConversionOutcome.Converted done) ->
          numbers(pages).forEach(page -> converted(page, pages, target, entry.when()));
      case Deed.HostStored(long page, HostAccess.Done done, byte value) ->
          bytes.get((int) page).set(value, entry.when());
      case Deed.GuestStored stored ->
          bytes.get((int) stored.page()).set(stored.value(), entry.when());
      case Deed.Punched punched ->
          numbers(punched.pages())
              .forEach(page -> bytes.get((int) page).set((byte) 0, entry.when()));
      default -> {}
    }
  }

  private void converted(long page, PageRange pages, Shareability target, Interval when) {
    states.get((int) page).set(target, when);
    if (zeroes) {
      // Where there were several, this one may have had the state before and kept its bytes.
      if (pages.count().value() == 1) {
        bytes.get((int) page).set((byte) 0, when);
      } else {
        bytes.get((int) page).mayBeSet((byte) 0, when);
      }
    }
  }

  private static LongStream numbers(PageRange pages) {
    return LongStream.range(pages.first().value(), pages.endExclusive());
  }

  /** Returns what was answered wrongly, in words. */
  List<String> verdicts() {
    return entries.stream()
        .flatMap(entry ->
            objection(entry).stream()
                .map(why ->
                    "%s, %s, between %d and %d: %s"
                        .formatted(
                            entry.who(),
                            entry.deed(),
                            entry.when().begin(),
                            entry.when().end(),
                            why)))
        .toList();
  }

  private Optional<String> objection(Entry entry) {
    Interval when = entry.when();
    return switch (entry.deed()) {
      case Deed.Converted converted -> objection(converted, when);
      case Deed.HostLoaded(long page, HostAccess access, byte value) ->
          objection(page, access, when)
              .or(() ->
                  access instanceof HostAccess.Done ? unseen(page, value, when) : Optional.empty());
      case Deed.HostStored(long page, HostAccess access, byte value) ->
          objection(page, access, when);
      case Deed.GuestLoaded(long page, byte value) -> unseen(page, value, when);
      case Deed.Pinned(long page, Optional<Errno> failure) ->
          failure.isEmpty() || failure.get() == Errno.EFAULT
              ? unless(page, failure.isEmpty(), when)
              : Optional.of("a pin is taken or EFAULT");
      case Deed.Told(long answer, long told) ->
          answer == told ? Optional.empty() : Optional.of("the guest is told something else");
      case Deed.StateSeen(long page, Shareability state) ->
          unless(page, state == Shareability.SHARED, when);
      case Deed.Strange strange -> Optional.of("nobody may meet that");
      case Deed.GuestStored stored -> Optional.empty();
      case Deed.Held held -> Optional.empty();
      case Deed.Punched punched -> Optional.empty();
    };
  }

  private Optional<String> objection(long page, HostAccess access, Interval when) {
    return switch (access) {
      case HostAccess.Done done -> unless(page, true, when);
      case HostAccess.Fault(Signal signal, String reason) ->
          signal == Signal.SIGBUS
              ? unless(page, false, when)
              : Optional.of("a mapped page is no " + signal);
    };
  }

  /** Objects unless a page may have been shared, or private. */
  private Optional<String> unless(long page, boolean shared, Interval when) {
    Shareability needed = shared ? Shareability.SHARED : Shareability.PRIVATE;
    return statesOf(page, when).contains(needed)
        ? Optional.empty()
        : Optional.of("page " + page + " was never " + needed + " meanwhile");
  }

  private Optional<String> unseen(long page, byte value, Interval when) {
    Set<Byte> possible = bytesOf(page, when);
    return possible.contains(value)
        ? Optional.empty()
        : Optional.of(
            "page %d held one of %s; bytes: %s; states: %s"
                .formatted(
                    page,
                    possible,
                    bytes.get((int) page).history(when),
                    states.get((int) page).history(when)));
  }

  private Optional<String> objection(Deed.Converted deed, Interval when) {
    return switch (deed.outcome()) {
      case ConversionOutcome.Converted done ->
          numbers(deed.pages()).anyMatch(page -> mayChange(page, deed.target(), when))
              ? Optional.empty()
              : Optional.of("every page was " + deed.target() + " already");
      case ConversionOutcome.AlreadyThere there ->
          numbers(deed.pages())
              .mapToObj(page -> unless(page, deed.target() == Shareability.SHARED, when))
              .flatMap(Optional::stream)
              .findFirst();
      case ConversionOutcome.Blocked blocked -> objection(deed, blocked, when);
      case ConversionOutcome.OutOfMemory none -> Optional.of("memory does not run out");
      case ConversionOutcome.Rejected rejected -> Optional.of("the request is sound");
    };
  }

  /** The conversion's own effect is no reason why the page was not so before. */
  private boolean mayChange(long page, Shareability target, Interval when) {
    Interval before = new Interval(when.begin(), when.begin());
    return statesOf(page, before).stream().anyMatch(state -> state != target)
        || othersThatMeet(when)
            .map(Entry::deed)
            .anyMatch(deed ->
                deed instanceof Deed.Converted other
                    && other.target() != target
                    && numbers(other.pages()).anyMatch(number -> number == page));
  }

  private Stream<Entry> othersThatMeet(Interval when) {
    return entries.stream().filter(entry -> !entry.when().equals(when) && entry.when().meets(when));
  }

  private Optional<String> objection(
      Deed.Converted deed, ConversionOutcome.Blocked blocked, Interval when) {
    long page = blocked.errorOffset().page().value();
    if (deed.target() == Shareability.SHARED) {
      return Optional.of("nothing blocks a conversion to shared");
    }
    if (numbers(deed.pages()).noneMatch(number -> number == page)) {
      return Optional.of("the error offset lies outside");
    }
    boolean held = othersThatMeet(when).anyMatch(entry -> refersTo(entry.deed(), page));
    return held ? unless(page, true, when) : Optional.of("nobody held page " + page);
  }

  /** A host's touch may hold a page for a moment, too. */
  private static boolean refersTo(Deed deed, long page) {
    return switch (deed) {
      case Deed.Held held -> held.page() == page;
      case Deed.Pinned pinned -> pinned.page() == page;
      case Deed.HostLoaded loaded -> loaded.page() == page;
      case Deed.HostStored stored -> stored.page() == page;
      default -> false;
    };
  }
}
