package io.github.gmem4j.conformance.reading;

/** A line is not what the format allows; whoever knows file and line adds them. */
final class MalformedLineException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String reason;

  MalformedLineException(String reason) {
    super(reason);
    this.reason = reason;
  }

  String reason() {
    return reason;
  }
}
