package io.github.gmem4j.conformance.recorder;

import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.conformance.recording.Result;
import java.util.List;
import java.util.Optional;

/**
 * What the recorder's VMM did about a guest's call.
 *
 * @param conversions the conversions it tried; empty if it was not to try any
 * @param ret what it put into {@code hypercall.ret}
 */
public record Answered(Optional<List<Result>> conversions, long ret) {
  static final long DONE = 0;

  /** Returns what is said to the guest after a conversion. */
  static long ret(ConversionOutcome outcome) {
    return outcome.errno().map(errno -> -(long) errno.number()).orElse(DONE);
  }
}
