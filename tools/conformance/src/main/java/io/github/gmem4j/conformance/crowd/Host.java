package io.github.gmem4j.conformance.crowd;

import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Shareability;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.Random;

/** A thread of the host that touches pages, holds some for a while, punches and converts. */
final class Host {
  private static final String NAME = "host";
  private static final int MOST_PINS = 2;

  /** A reference and the moment before it was taken. */
  private record HeldPin(Pin pin, long since) {}

  private final Stage stage;
  private final Log log;
  private final Random random;
  private final Deque<HeldPin> pins = new ArrayDeque<>();

  Host(Stage stage, Log log, Random random) {
    this.stage = stage;
    this.log = log;
    this.random = random;
  }

  /** Does so many things, and lets go of everything. */
  void act(int times) {
    for (int i = 0; i < times; i++) {
      long page = random.nextInt(Stage.PAGES);
      switch (random.nextInt(20)) {
        case 0, 1, 2, 3, 4, 5 -> load(page);
        case 6, 7, 8, 9, 10 -> store(page, (byte) random.nextInt(256));
        case 11, 12, 13 -> pin(page);
        case 14, 15, 16 -> release();
        case 17 -> punch(PageRange.of(page, 1));
        default -> convert(page);
      }
    }
    while (!pins.isEmpty()) {
      release();
    }
  }

  /** Loads a byte. */
  void load(long page) {
    byte[] into = new byte[1];
    log.doing(
        NAME,
        () -> {
          HostAccess access = stage.mapping().load(new PageIndex(page).offset(), into);
          return new Deed.HostLoaded(page, access, into[0]);
        });
  }

  private void store(long page, byte value) {
    log.doing(
        NAME,
        () ->
            new Deed.HostStored(
                page,
                stage.mapping().store(new PageIndex(page).offset(), new byte[] {value}),
                value));
  }

  private void pin(long page) {
    if (pins.size() == MOST_PINS) {
      release();
      return;
    }
    ReferenceKind kind = random.nextBoolean() ? ReferenceKind.SHORT_TERM : ReferenceKind.LONG_TERM;
    long begin = log.tick();
    switch (stage.mapping().pin(new PageIndex(page), kind, NAME)) {
      case KernelResult.Ok<Pin>(Pin pin) -> {
        log.add(NAME, new Deed.Pinned(page, Optional.empty()), begin);
        pins.add(new HeldPin(pin, begin));
      }
      case KernelResult.Failed<Pin> failed ->
          log.add(NAME, new Deed.Pinned(page, Optional.of(failed.errno())), begin);
    }
  }

  private void release() {
    HeldPin oldest = pins.poll();
    if (oldest != null) {
      oldest.pin().close();
      log.add(NAME, new Deed.Held(oldest.pin().page().value()), oldest.since());
    }
  }

  private void punch(PageRange pages) {
    log.doing(
        NAME,
        () ->
            stage.memory().punchHole(pages.bytes()) instanceof KernelResult.Failed<ByteRange> no
                ? new Deed.Strange("punching " + pages + " is " + no.errno())
                : new Deed.Punched(pages));
  }

  private void convert(long page) {
    Shareability target = random.nextBoolean() ? Shareability.PRIVATE : Shareability.SHARED;
    log.doing(NAME, () -> stage.convert(PageRange.of(page, 1), target));
  }
}
