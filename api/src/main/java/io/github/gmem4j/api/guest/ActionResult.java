package io.github.gmem4j.api.guest;

/** What a finished action yielded, as the guest sees it. */
public sealed interface ActionResult {
  /** A touch succeeded. */
  record Touched() implements ActionResult {}

  /** A load succeeded. */
  record Loaded(byte value) implements ActionResult {}

  /** A store succeeded. */
  record Stored() implements ActionResult {}

  /** A call returned. */
  record Returned(GuestResult result) implements ActionResult {}

  /** An instruction finished. */
  record Executed(InstructionResult result) implements ActionResult {}

  /** A request finished and the guest uses the memory in its new state. */
  record Fulfilled() implements ActionResult {}

  /**
   * A request failed and the guest gave up.
   *
   * @param reason what the guest kernel would log
   */
  record GaveUp(String reason) implements ActionResult {}

  /**
   * The guest took an exception instead of finishing the action.
   *
   * @param reason which one and why
   */
  record Excepted(String reason) implements ActionResult {}
}
