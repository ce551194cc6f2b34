package io.github.gmem4j.api.policy;

/** What a platform answers when a page is to become a guest's. */
public sealed interface Granting {
  /** The page is the guest's. */
  record Granted() implements Granting {}

  /** Something is busy; KVM retries the fault without leaving {@code run()}. */
  record Busy() implements Granting {}

  /**
   * It cannot be; the guest's access fails.
   *
   * @param reason one sentence that says why
   */
  record Denied(String reason) implements Granting {}

  /** The one value of {@link Granted}. */
  Granted GRANTED = new Granted();

  /** The one value of {@link Busy}. */
  Busy BUSY = new Busy();
}
