package io.github.gmem4j.api.participant;

import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.GfnRange;

/**
 * One piece of a conversion that is about to happen: guest frames that lie in one slot.
 *
 * @param frames the guest frames
 * @param target the state they are to have
 * @param memory the guest memory behind them
 * @param pages the pages of that memory
 */
public record PlannedConversion(
    GfnRange frames, Shareability target, GuestMemory memory, PageRange pages) {}
