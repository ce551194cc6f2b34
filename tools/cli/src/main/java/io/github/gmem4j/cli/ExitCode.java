package io.github.gmem4j.cli;

/** What the command returns to its caller. */
final class ExitCode {
  /** All is good. */
  static final int GOOD = 0;

  /** The check failed: an expectation does not hold, a recording disagrees. */
  static final int CHECK_FAILED = 1;

  /** Wrong usage, or input that cannot be read. */
  static final int UNUSABLE = 2;

  private ExitCode() {}
}
