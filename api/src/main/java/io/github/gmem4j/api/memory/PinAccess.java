package io.github.gmem4j.api.memory;

/** What came of a load or store through a {@link Pin}. */
public sealed interface PinAccess {
  /**
   * It went through.
   *
   * @param value the byte that was loaded, or stored
   */
  record Reached(byte value) implements PinAccess {}

  /**
   * What stands before the page stopped it: no byte was transferred.
   *
   * @param reason one sentence that says why
   */
  record Blocked(String reason) implements PinAccess {}
}
