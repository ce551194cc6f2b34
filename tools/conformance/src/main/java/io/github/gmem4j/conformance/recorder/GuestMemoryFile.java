package io.github.gmem4j.conformance.recorder;

import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.KernelResult;
import java.util.Optional;

/**
 * A guest memory that the recorder created.
 *
 * @param number the recording's number for it
 * @param memory the memory
 * @param mapped what came of mapping it
 */
public record GuestMemoryFile(int number, GuestMemory memory, KernelResult<HostMapping> mapped) {
  /** Returns the recorder's mapping, if the memory can be mapped. */
  public Optional<HostMapping> mapping() {
    return mapped instanceof KernelResult.Ok<HostMapping> ok
        ? Optional.of(ok.value())
        : Optional.empty();
  }
}
