package io.github.gmem4j.cli.scenario;

import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.Shareability;

/**
 * The guest memory of a scenario.
 *
 * @param place where it is described
 * @param pages how large it is
 * @param begins the state of all pages at creation
 * @param mappable whether the host may map it
 */
public record MemoryLayout(Place place, PageCount pages, Shareability begins, boolean mappable) {}
