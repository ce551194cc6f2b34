package io.github.gmem4j.api.policy;

import io.github.gmem4j.api.memory.Errno;

/**
 * A platform does not let a memory slot change.
 *
 * @param errno what the VMM's call answers
 * @param reason one sentence that says why
 */
public record SlotRefusal(Errno errno, String reason) {}
