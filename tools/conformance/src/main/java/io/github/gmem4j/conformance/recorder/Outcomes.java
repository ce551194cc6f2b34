package io.github.gmem4j.conformance.recorder;

import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.conformance.recording.Field;
import io.github.gmem4j.conformance.recording.Result;
import io.github.gmem4j.conformance.recording.ResultBuilder;
import java.util.Optional;

/** The outcome of a conversion as the recorder writes it down. */
public final class Outcomes {
  private Outcomes() {}

  /** Returns the result of a conversion that is an operation of its own. */
  public static Result result(ConversionOutcome outcome) {
    return append(new ResultBuilder(), outcome).build();
  }

  /** Adds the result of a conversion to what is said about it. */
  static ResultBuilder append(ResultBuilder builder, ConversionOutcome outcome) {
    Optional<Errno> errno = outcome.errno();
    if (errno.isEmpty()) {
      return builder.with(Field.RET, 0);
    }
    builder.failure(errno.get());
    Optional<ByteOffset> at = outcome.writtenErrorOffset();
    return at.isEmpty() ? builder : builder.with(Field.ERROR_OFFSET, at.get().value());
  }
}
