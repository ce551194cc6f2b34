package io.github.gmem4j.conformance.recorder;

import io.github.gmem4j.api.vm.Exit;

/** How the recorder's VMM converts what its guest asks for; one way for each generation. */
public sealed interface RangeConverter permits SlotBySlotConverter, WholeRangeConverter {
  /** Converts a range of 1 to {@link GuestCalls#MOST_PAGES} pages that does not wrap around. */
  Answered convert(Exit.MapGpaRange call);
}
