package io.github.gmem4j.conformance.operation;

import io.github.gmem4j.api.memory.ByteOffset;

/** A byte touched by the host, or a process that begins or ends. */
public sealed interface HostOperation extends Operation {
  /** Loads a byte. */
  record Load(Accessor by, int g, ByteOffset at) implements HostOperation {}

  /** Stores a byte. */
  record Store(Accessor by, int g, ByteOffset at, int value) implements HostOperation {}

  /** Forks the one child. */
  record Fork() implements HostOperation {}

  /** Ends the child. */
  record ChildExit() implements HostOperation {}
}
