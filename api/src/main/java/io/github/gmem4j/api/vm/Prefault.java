package io.github.gmem4j.api.vm;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.Errno;
import java.util.Optional;

/**
 * What came of mapping pages ahead of their first touch. It succeeds when at least one page was
 * mapped.
 *
 * @param errno why nothing was mapped; empty on success
 * @param next the address of the first byte that was not mapped
 * @param left how many bytes were not mapped
 */
public record Prefault(Optional<Errno> errno, Gpa next, ByteCount left) {}
