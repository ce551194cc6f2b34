package io.github.gmem4j.conformance.pkvm.operation;

import io.github.gmem4j.api.memory.ByteOffset;

/** A byte of the host memory touched by the host, or a process that begins or ends. */
public sealed interface HostOperation extends PkvmOperation {
  /** Loads a byte. */
  record Load(Reach by, ByteOffset at) implements HostOperation {}

  /** Stores a byte. */
  record Store(Reach by, ByteOffset at, int value) implements HostOperation {}

  /** Forks the one child. */
  record Fork() implements HostOperation {}

  /** Ends the child. */
  record ChildExit() implements HostOperation {}
}
