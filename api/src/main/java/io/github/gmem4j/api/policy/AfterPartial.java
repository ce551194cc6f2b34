package io.github.gmem4j.api.policy;

/** What becomes of converted pieces when a later piece of the same wish cannot be converted. */
public enum AfterPartial {
  /** They stay as they are now; the guest is told where the rest begins, or that it failed. */
  KEEP,
  /**
   * They are converted back, but only those of whose pages none had the wanted state before the
   * wish; contents are what the platform made of them.
   */
  UNDO
}
