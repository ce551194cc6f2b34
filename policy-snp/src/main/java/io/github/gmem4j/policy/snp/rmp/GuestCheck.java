package io.github.gmem4j.policy.snp.rmp;

/** What the RMP says to a guest that reaches for a page of its own through its nested mapping. */
public sealed interface GuestCheck {
  /**
   * The instruction finished, well or badly.
   *
   * @param result what the guest finds in its registers
   */
  record Finished(SnpInstructionResult result) implements GuestCheck {}

  /** #NPF: the page is not this guest's at this frame, or the firmware holds it. */
  record NotOwned() implements GuestCheck {}

  /** #NPF with SIZEM: the guest means 4 KiB and the entry has 2 MiB. */
  record TooLarge() implements GuestCheck {}

  /** The one value of {@link NotOwned}. */
  NotOwned NOT_OWNED = new NotOwned();

  /** The one value of {@link TooLarge}. */
  TooLarge TOO_LARGE = new TooLarge();
}
