package io.github.gmem4j.cli.scenario;

/** Something the user handed in cannot be used; the message is one printable sentence. */
public final class InputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String sentence;

  /** Creates the exception for a file as a whole, or for the command line. */
  public InputException(String message) {
    super(message);
    sentence = Printable.of(message);
  }

  /** Creates the exception for a place in a file. */
  public InputException(Place place, String message) {
    this(place + ": " + message);
  }

  @Override
  public String getMessage() {
    return sentence;
  }
}
