package io.github.gmem4j.api.memory;

import java.time.Instant;

/**
 * Somebody who holds a page and so blocks its conversion to private.
 *
 * @param page the page that is held
 * @param holder the name under which the reference was taken
 * @param kind what kind of reference it is
 * @param since when it was taken
 */
public record Blocker(PageIndex page, String holder, ReferenceKind kind, Instant since) {
  /** Tells whether the reference goes away without its owner being asked. */
  public boolean isTransient() {
    return kind != ReferenceKind.LONG_TERM;
  }
}
