package io.github.gmem4j.api.seam;

/**
 * Decides whether something goes wrong now. The engine and the platform models ask at each {@link
 * FaultSite}; they document their sites where they declare them. May be called under locks, must
 * return at once and must not call back.
 */
@FunctionalInterface
public interface FaultInjector {
  /** Nothing ever goes wrong. */
  FaultInjector NONE = (site, subject) -> false;

  /**
   * Answers for one occasion.
   *
   * @param site where
   * @param subject what it is about: a page index or frame number, as the site documents
   */
  boolean injects(FaultSite site, long subject);
}
