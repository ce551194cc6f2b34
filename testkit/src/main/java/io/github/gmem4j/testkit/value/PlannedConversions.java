package io.github.gmem4j.testkit.value;

import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.participant.PlannedConversion;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GfnRange;

/**
 * Builds a {@link PlannedConversion}: without more said, page 0 to private, with page 0 at frame 0.
 */
public final class PlannedConversions {
  private final GuestMemory memory;
  private Gfn frameOfPageZero = new Gfn(0);
  private PageRange pages = PageRange.of(0, 1);
  private Shareability target = Shareability.PRIVATE;

  private PlannedConversions(GuestMemory memory) {
    this.memory = memory;
  }

  /** Begins a conversion of a memory, which may be a mock. */
  public static PlannedConversions of(GuestMemory memory) {
    return new PlannedConversions(memory);
  }

  /** Sets the frame at which page 0 of the memory lies. */
  public PlannedConversions boundAt(Gfn frame) {
    frameOfPageZero = frame;
    return this;
  }

  /** Sets the pages. */
  public PlannedConversions pages(long first, long count) {
    pages = PageRange.of(first, count);
    return this;
  }

  /** Sets the wanted state. */
  public PlannedConversions to(Shareability state) {
    target = state;
    return this;
  }

  /** Returns the conversion. */
  public PlannedConversion build() {
    long firstFrame = frameOfPageZero.value() + pages.first().value();
    return new PlannedConversion(
        GfnRange.of(firstFrame, pages.count().value()), target, memory, pages);
  }
}
