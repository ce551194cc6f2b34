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

  /**
   * The guest has not shared the page: it gets it as its own or not at all. An answer of {@link
   * Platform#mapShared} only. KVM handles the access as a private one of a page whose state is
   * shared: {@link GuestFault.Cause#MISMATCH}.
   */
  record NotShared() implements Granting {}

  /** The one value of {@link Granted}. */
  Granted GRANTED = new Granted();

  /** The one value of {@link Busy}. */
  Busy BUSY = new Busy();

  /** The one value of {@link NotShared}. */
  NotShared NOT_SHARED = new NotShared();
}
