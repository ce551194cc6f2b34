package io.github.gmem4j.core.vmm;

import io.github.gmem4j.api.road.RoadEvent;
import java.time.Duration;
import java.util.Optional;

/** What one step of a request came to. */
sealed interface Turn {
  /**
   * It is a step further.
   *
   * @param event what the listener is told, once {@code next} is in the register
   */
  record Goes(Request next, Optional<RoadEvent> event) implements Turn {
    Goes(Request next) {
      this(next, Optional.empty());
    }
  }

  /**
   * Something is in the way: the vCPU is held, then goes on with {@code next}. If the hold is ended
   * from outside, the try does not count and the request stays as it was.
   */
  record Waits(Request next, Duration pause) implements Turn {}

  /** It is over; everybody has had the last word. */
  record Over(Ended ended) implements Turn {}
}
