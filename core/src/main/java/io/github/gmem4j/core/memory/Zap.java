package io.github.gmem4j.core.memory;

/** Which guest mappings an invalidation takes away. */
enum Zap {
  /** Mappings of shared pages: the range becomes private. */
  SHARED,
  /** Mappings of private pages: the range becomes shared. */
  PRIVATE,
  /** All: pages or bindings go away. */
  ALL;

  boolean takesShared() {
    return this != PRIVATE;
  }

  boolean takesPrivate() {
    return this != SHARED;
  }
}
