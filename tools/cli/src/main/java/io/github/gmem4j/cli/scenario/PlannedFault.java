package io.github.gmem4j.cli.scenario;

import io.github.gmem4j.api.seam.FaultSite;
import java.util.OptionalLong;

/**
 * Something that is to go wrong.
 *
 * @param site where
 * @param times how often; {@link Integer#MAX_VALUE} for each time
 * @param subject what it is about, as the site documents; empty: whatever comes
 */
public record PlannedFault(FaultSite site, int times, OptionalLong subject) {}
