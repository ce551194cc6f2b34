package io.github.gmem4j.conformance.operation;

/** How the recorder's VMM answers a guest that asks to change pages. */
public sealed interface VmmAnswer {
  /** It converts and reports what came of that. */
  record Convert() implements VmmAnswer {}

  /**
   * It converts nothing.
   *
   * @param ret what it says instead
   */
  record Refuse(long ret) implements VmmAnswer {}

  /** It converts nothing and says that all is well. */
  record Ignore() implements VmmAnswer {}
}
