package io.github.gmem4j.core.vmm;

import io.github.gmem4j.api.policy.ImplicitRule;
import io.github.gmem4j.api.vm.GpaRange;
import java.util.Optional;

/**
 * How often a vCPU in a row asked for the same page by touching it.
 *
 * @param range the page; empty before the first time
 * @param length how many times
 * @param progress how many actions the vCPU had finished by then
 */
record Streak(Optional<GpaRange> range, int length, int progress) {
  /** No implicit request yet, or another one since. */
  static final Streak NONE = new Streak(Optional.empty(), 0, 0);

  /** Adds a request for a page that has to be converted. */
  Streak with(GpaRange page, int finished) {
    return new Streak(Optional.of(page), isAbout(page) ? length + 1 : 1, finished);
  }

  /**
   * Adds a fault that is out of date: others convert the page, too. A vCPU that has got on since is
   * innocent of what it took before.
   */
  Streak withStale(GpaRange page, int finished) {
    return progress == finished ? with(page, finished) : NONE.with(page, finished);
  }

  private boolean isAbout(GpaRange page) {
    return range.equals(Optional.of(page));
  }

  boolean isAllowedBy(ImplicitRule rule) {
    return rule.converts() && length <= rule.limit();
  }
}
