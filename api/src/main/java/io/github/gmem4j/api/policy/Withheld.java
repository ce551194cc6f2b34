package io.github.gmem4j.api.policy;

/** Whom {@link Step.Withhold} keeps pages from. */
public enum Withheld {
  /** From the guest. The host goes on using the pages. */
  FROM_GUEST,
  /**
   * From the guest and the host: the host's mappings go, a host touch is SIGBUS, a new pin EFAULT.
   * References that exist stay, and each page becomes private by itself when the last of them is
   * dropped; without any, at once. This is the third state of the designs of 2024 and 2025.
   */
  FROM_EVERYONE
}
