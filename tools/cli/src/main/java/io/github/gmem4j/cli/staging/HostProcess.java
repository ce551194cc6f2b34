package io.github.gmem4j.cli.staging;

import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.cli.journal.Journal;
import io.github.gmem4j.cli.journal.Lane;
import io.github.gmem4j.cli.scenario.Words;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
  private HostMapping mapping;

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
        "touches " + page, () -> "touches " + page, () -> mapping.load(page.offset(), new byte[1]));
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
            "reads " + page,
            () -> "reads %s from %s".formatted(Words.of(buffer[0]), page),
            () -> mapping.load(page.offset(), buffer));
    return result.equals(Words.OK) ? Words.of(buffer[0]) : result;
  }

  /** Stores the first byte of a page. */
  public String write(PageIndex page, byte value) {
    String what = "writes %s to %s".formatted(Words.of(value), page);
    return access(what, () -> what, () -> mapping.store(page.offset(), new byte[] {value}));
  }

  private String access(String what, Supplier<String> done, Supplier<HostAccess> attempt) {
    long faults = mapping.faults();
    HostAccess access = attempt.get();
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
    return switch (mapping.pin(page, kind, lane.name())) {
      case KernelResult.Ok<Pin> ok -> {
        Held one = new Held(ok.value(), lasts.map(clock.instant()::plus));
        held.add(one);
        lasts.ifPresent(delay -> clock.after(delay, () -> release(one)));
        journal.deed(
            lane,
            Lane.MEMORY,
            "takes a %s reference on %s%s"
                .formatted(
                    kind == ReferenceKind.LONG_TERM ? "long-term" : "short-term",
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

  /** Drops the references it has on a page. */
  public void unpin(PageIndex page) {
    held.stream().filter(one -> one.pin().page().equals(page)).toList().forEach(this::release);
  }

  private void release(Held one) {
    if (held.remove(one)) {
      one.pin().close();
      journal.deed(lane, Lane.MEMORY, "drops its reference on " + one.pin().page());
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
  }

  /** Maps the memory again. */
  void start() {
    mapping = memory.map(memory.size()).orThrow();
  }
}
