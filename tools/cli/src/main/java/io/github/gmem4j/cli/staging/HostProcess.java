package io.github.gmem4j.cli.staging;

import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.PinAccess;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.cli.journal.Journal;
import io.github.gmem4j.cli.journal.Lane;
import io.github.gmem4j.cli.scenario.Words;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** A host process that maps the guest memory. Each action returns its result as a word. */
public final class HostProcess {
  /**
   * A reference it holds.
   *
   * @param until when it drops it; empty: not by itself
   */
  private record Held(Pin pin, Optional<Instant> until) {}

  private final Lane lane;
  private final GuestMemory memory;
  private final ManualClock clock;
  private final Journal journal;
  private final List<Held> held = new ArrayList<>();
  private final Set<PageIndex> faultedIn = new HashSet<>();
  private HostMapping mapping;
  private int refaults;

  HostProcess(String name, GuestMemory memory, ManualClock clock, Journal journal) {
    this.lane = Lane.of(name);
    this.memory = memory;
    this.clock = clock;
    this.journal = journal;
    this.mapping = memory.map(memory.size()).orThrow();
  }

  Lane lane() {
    return lane;
  }

  /** Touches a page. */
  public String touch(PageIndex page) {
    return access(
        page,
        "touches " + page,
        () -> "touches " + page,
        () -> mapping.load(page.offset(), new byte[1]));
  }

  /** Touches a page each time the VMM waits. */
  public void keepTouching(PageIndex page) {
    journal.deed(lane, lane, "goes on touching " + page + " whenever the VMM waits");
    clock.atEachPause(() -> touch(page));
  }

  /** Loads the first byte of a page. */
  public String read(PageIndex page) {
    byte[] buffer = new byte[1];
    String result =
        access(
            page,
            "reads " + page,
            () -> "reads %s from %s".formatted(Words.of(buffer[0]), page),
            () -> mapping.load(page.offset(), buffer));
    return result.equals(Words.OK) ? Words.of(buffer[0]) : result;
  }

  /** Stores the first byte of a page. */
  public String write(PageIndex page, byte value) {
    String what = "writes %s to %s".formatted(Words.of(value), page);
    String result =
        access(page, what, () -> what, () -> mapping.store(page.offset(), new byte[] {value}));
    if (result.equals(Words.OK)) {
      journal.hostWrote(page);
    }
    return result;
  }

  private String access(
      PageIndex page, String what, Supplier<String> done, Supplier<HostAccess> attempt) {
    long faults = mapping.faults();
    HostAccess access = attempt.get();
    countFault(page, faults);
    journal.deed(
        lane,
        Lane.MEMORY,
        switch (access) {
          case HostAccess.Done served when mapping.faults() > faults ->
              done.get() + " (host fault)";
          case HostAccess.Done direct -> done.get() + " (still mapped)";
          case HostAccess.Fault fault ->
              "%s: %s, %s".formatted(what, fault.signal(), fault.reason());
        });
    return Words.of(access);
  }

  /**
   * Takes a reference on a page.
   *
   * @param lasts how long it holds it; empty: until it unpins
   */
  public String pin(PageIndex page, ReferenceKind kind, Optional<Duration> lasts) {
    long faults = mapping.faults();
    KernelResult<Pin> answer = mapping.pin(page, kind, lane.name());
    countFault(page, faults);
    return switch (answer) {
      case KernelResult.Ok<Pin> ok -> {
        Held one = new Held(ok.value(), lasts.map(clock.instant()::plus));
        held.add(one);
        lasts.ifPresent(delay -> clock.after(delay, () -> release(one)));
        journal.deed(
            lane,
            Lane.MEMORY,
            "takes a %s reference on %s%s"
                .formatted(
                    Words.of(kind),
                    page,
                    lasts.map(delay -> " for " + delay.toMillis() + " ms").orElse("")));
        yield Words.OK;
      }
      case KernelResult.Failed<Pin> failed -> {
        journal.deed(
            lane,
            Lane.MEMORY,
            "cannot pin " + page + ": " + failed.errno() + ", " + failed.reason());
        yield failed.errno().name();
      }
    };
  }

  /** A fault on a page that was there before means that somebody has taken it away since. */
  private void countFault(PageIndex page, long faultsBefore) {
    if (mapping.faults() > faultsBefore && !faultedIn.add(page)) {
      refaults++;
    }
  }

  /** Returns how often it had to fault in again what it had before. */
  public int refaults() {
    return refaults;
  }

  /**
   * Loads the first byte of a page through a reference it holds, as a device or the kernel does.
   */
  public String readPinned(PageIndex page) {
    Optional<Pin> pin =
        held.stream().map(Held::pin).filter(one -> one.page().equals(page)).findFirst();
    if (pin.isEmpty()) {
      journal.deed(lane, lane, "has no reference on " + page + " to read through");
      return Words.NONE;
    }
    return switch (pin.get().read(0)) {
      case PinAccess.Reached reached -> {
        String value = Words.of(reached.value());
        journal.deed(
            lane, Lane.MEMORY, "reads %s from %s through its reference".formatted(value, page));
        yield value;
      }
      case PinAccess.Blocked blocked -> {
        journal.deed(
            lane,
            Lane.MEMORY,
            "cannot read %s through its reference: %s".formatted(page, blocked.reason()));
        yield Words.BLOCKED;
      }
    };
  }

  /** Drops the references it has on a page. */
  public void unpin(PageIndex page) {
    held.stream().filter(one -> one.pin().page().equals(page)).toList().forEach(this::release);
  }

  private void release(Held one) {
    if (held.remove(one)) {
      // Told first: what the memory does about it comes afterwards.
      journal.deed(lane, Lane.MEMORY, "drops its reference on " + one.pin().page());
      one.pin().close();
    }
  }

  /** Returns how long its last reference on these pages will last; empty if it has none there. */
  Optional<Duration> busyWith(PageRange pages) {
    return held.stream()
        .filter(one -> pages.contains(one.pin().page()))
        .map(one -> one.until().map(at -> Duration.between(clock.instant(), at)))
        .map(left -> left.orElse(Duration.ZERO))
        .max(Duration::compareTo);
  }

  /** Unmaps the memory, so that it cannot touch it. */
  void stop() {
    mapping.close();
    faultedIn.clear();
  }

  /** Maps the memory again. */
  void start() {
    mapping = memory.map(memory.size()).orThrow();
  }

  /** The process ends: its references and its mapping go. */
  void close() {
    held.forEach(one -> one.pin().close());
    held.clear();
    mapping.close();
  }
}
