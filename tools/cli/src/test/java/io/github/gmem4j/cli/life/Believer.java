package io.github.gmem4j.cli.life;

import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.participant.Participant;
import io.github.gmem4j.api.participant.PlannedConversion;
import io.github.gmem4j.api.participant.Preparation;
import java.time.Duration;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A participant that keeps a book for each page and checks its caller: nobody prepares it twice for
 * a page (exclusion), each readiness ends once (C5), and at the end its last word about each page
 * is what is so (I7).
 */
final class Believer implements Participant {
  /** The book of one page. All pages begin shared and in use. */
  private static final class Page {
    private boolean prepared;
    private boolean uses = true;
  }

  private final String name;
  private final Random random;
  private final Page[] pages;

  Believer(String name, int pages, long seed) {
    this.name = name;
    this.random = new Random(seed);
    this.pages = new Page[pages];
    for (int i = 0; i < pages; i++) {
      this.pages[i] = new Page();
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public synchronized Preparation prepare(PlannedConversion conversion) {
    int dice = random.nextInt(40);
    if (dice == 0) {
      return new Preparation.Refused("not today");
    }
    if (dice < 3) {
      return new Preparation.NeedsTime(Duration.ofNanos(1000));
    }
    each(
        conversion,
        page -> {
          holds(!page.prepared, "prepared twice", conversion);
          page.prepared = true;
        });
    return Preparation.READY;
  }

  @Override
  public synchronized void commit(PlannedConversion conversion) {
    each(
        conversion,
        page -> {
          ends(page, "commit", conversion);
          page.uses = conversion.target() == Shareability.SHARED;
        });
  }

  /** It is as if nobody had asked. */
  @Override
  public synchronized void abort(PlannedConversion conversion) {
    each(conversion, page -> ends(page, "abort", conversion));
  }

  private void ends(Page page, String word, PlannedConversion conversion) {
    holds(page.prepared, word + " without a prepare", conversion);
    page.prepared = false;
  }

  /** Nothing is in flight any more: everybody has heard the end. */
  synchronized void checkEverythingEnded() {
    for (int i = 0; i < pages.length; i++) {
      if (pages[i].prepared) {
        throw new AssertionError(name + " is still ready for page " + i);
      }
    }
  }

  /** It uses no page that is the guest's alone. */
  synchronized void checkBelief(Function<PageIndex, Shareability> states) {
    for (int i = 0; i < pages.length; i++) {
      if (pages[i].uses && states.apply(new PageIndex(i)) == Shareability.PRIVATE) {
        throw new AssertionError(name + " uses page " + i + ", which is private");
      }
    }
  }

  private void each(PlannedConversion conversion, Consumer<Page> action) {
    long end = conversion.pages().endExclusive();
    for (long page = conversion.pages().first().value(); page < end; page++) {
      action.accept(pages[(int) page]);
    }
  }

  private void holds(boolean holds, String what, PlannedConversion conversion) {
    if (!holds) {
      throw new AssertionError(name + ": " + what + ": " + conversion.pages());
    }
  }
}
