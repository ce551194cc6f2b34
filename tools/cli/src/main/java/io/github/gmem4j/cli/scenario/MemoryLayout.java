package io.github.gmem4j.cli.scenario;

import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Shareability;
import java.util.Optional;

/**
 * The guest memory of a scenario.
 *
 * @param place where it is described
 * @param pages how large it is
 * @param begins the state of all pages at creation
 * @param mappable whether the host may map it
 * @param image which pages the guest finds loaded, and owns, when it begins; private ones, where
 *     the platform has a launch
 */
public record MemoryLayout(
    Place place,
    PageCount pages,
    Shareability begins,
    boolean mappable,
    Optional<PageRange> image) {}
