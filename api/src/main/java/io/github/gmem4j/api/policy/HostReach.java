package io.github.gmem4j.api.policy;

/** What the host reaches of a private page through a reference that it was left with. */
public sealed interface HostReach {
  /** The page as it lies: nothing stands between. A load exposes what the guest wrote. */
  record Exposed() implements HostReach {}

  /** The page, once the platform has taken it from the guest, with what it made of its bytes. */
  record Destroyed() implements HostReach {}

  /**
   * The page, without the guest's key: a load sees ciphertext, a store leaves the guest garbage.
   */
  record Unreadable() implements HostReach {}

  /**
   * Nothing: the access is stopped.
   *
   * @param reason one sentence that says why
   */
  record Blocked(String reason) implements HostReach {}

  /** The one value of {@link Exposed}. */
  Exposed EXPOSED = new Exposed();

  /** The one value of {@link Destroyed}. */
  Destroyed DESTROYED = new Destroyed();

  /** The one value of {@link Unreadable}. */
  Unreadable UNREADABLE = new Unreadable();
}
