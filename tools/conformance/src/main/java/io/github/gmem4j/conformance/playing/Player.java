package io.github.gmem4j.conformance.playing;

import io.github.gmem4j.conformance.operation.Operation;
import io.github.gmem4j.conformance.recording.Result;

/** Does operations in a world of its own and says what came of each. Not thread-safe. */
public interface Player extends AutoCloseable {
  /** Does an operation. */
  Result play(Operation operation);

  /** Ends the world. */
  @Override
  void close();
}
