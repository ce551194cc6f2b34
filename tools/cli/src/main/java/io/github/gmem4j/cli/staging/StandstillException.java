package io.github.gmem4j.cli.staging;

/** Whoever watches a step found that waiting any longer has no end. */
final class StandstillException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StandstillException() {
    super("the vCPU is held without end");
  }
}
