package io.github.gmem4j.cli.playing;

import java.time.Duration;

/**
 * What came of one action.
 *
 * @param by on which side
 * @param actor who acted
 * @param action what it did, as a word
 * @param result what it got, as a word
 * @param at the simulated time since the beginning at which it got it
 */
public record Outcome(By by, String actor, String action, String result, Duration at) {
  /** Which side acted. */
  public enum By {
    /** A guest's vCPU. */
    GUEST,
    /** A host process. */
    HOST,
    /** The VMM, of its own accord. */
    VMM
  }
}
