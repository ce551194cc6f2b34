package io.github.gmem4j.conformance.operation;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.PageRange;
import java.util.Optional;

/** An operation on a guest memory as a file. */
public sealed interface MemoryOperation extends Operation {
  /**
   * Creates guest memory {@code g} and its host mapping.
   *
   * @param backing where shared bytes lie; empty in generation B
   */
  record Create(int g, ByteCount size, long flags, Optional<Backing> backing)
      implements MemoryOperation {}

  /** {@code fallocate(2)}. */
  record Fallocate(int g, int mode, ByteRange range) implements MemoryOperation {}

  /** {@code ftruncate(2)}. */
  record Truncate(int g, ByteCount size) implements MemoryOperation {}

  /** {@code mincore(2)} on a mapping made for the question. */
  record QueryPopulated(int g, PageRange pages) implements MemoryOperation {}

  /** Removes the host mapping and closes the descriptor. */
  record Close(int g) implements MemoryOperation {}

  /** Returns the number of the guest memory. */
  int g();
}
