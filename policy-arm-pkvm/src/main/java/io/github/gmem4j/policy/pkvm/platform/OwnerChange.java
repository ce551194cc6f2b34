package io.github.gmem4j.policy.pkvm.platform;

/** When EL2 changes the owner of pages that a guest shares or takes back. */
public enum OwnerChange {
  /** Before the host kernel hears of the call. */
  IN_CALL,
  /** When the host kernel says so, within the call or after it. EL2 only vets the call. */
  WHEN_CONVERTED
}
