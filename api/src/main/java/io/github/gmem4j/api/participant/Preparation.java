package io.github.gmem4j.api.participant;

import java.time.Duration;

/** What a participant answers when a conversion is about to happen. */
public sealed interface Preparation {
  /** Prepared: commit will not fail. */
  record Ready() implements Preparation {}

  /**
   * Not now, but soon: the coordinator waits and asks again, as long as the policy's retry rule
   * allows. Nothing may be left half-prepared.
   *
   * @param hint how long it will probably take
   */
  record NeedsTime(Duration hint) implements Preparation {}

  /**
   * No: the conversion does not happen and the guest is told so. Nothing may be left half-prepared.
   *
   * @param reason one sentence for the timeline
   */
  record Refused(String reason) implements Preparation {}

  /** The one value of {@link Ready}. */
  Ready READY = new Ready();
}
