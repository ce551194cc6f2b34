package io.github.gmem4j.api.policy;

import io.github.gmem4j.api.memory.Accessor;

/**
 * The host reads or writes a private page through a reference that it was left with.
 *
 * @param accessor who
 * @param direction which way the byte goes
 */
public record HostAttempt(Accessor accessor, Direction direction) {
  /** Which way a byte goes. */
  public enum Direction {
    /** From the page. */
    LOAD,
    /** To the page. */
    STORE
  }
}
