package io.github.gmem4j.core.vmm;

import io.github.gmem4j.api.policy.ImplicitRule;
import io.github.gmem4j.api.policy.Wish;
import io.github.gmem4j.api.policy.Wish.Origin;
import io.github.gmem4j.api.vm.GpaRange;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Counts how often a vCPU in a row had the same page converted by touching it. Thread-safe. */
final class ImplicitStreaks {
  /**
   * A vCPU's latest implicit wishes.
   *
   * @param range the page
   * @param length how many in a row
   */
  private record Streak(GpaRange range, int length) {}

  private final Map<Integer, Streak> streaks = new ConcurrentHashMap<>();

  /** Notes a wish and tells whether the rule allows it. */
  boolean allows(int vcpu, Wish.Convert wish, ImplicitRule rule) {
    if (wish.origin() == Origin.EXPLICIT) {
      streaks.remove(vcpu);
      return true;
    }
    Streak streak =
        streaks.compute(
            vcpu,
            (id, last) ->
                last != null && last.range().equals(wish.range())
                    ? new Streak(wish.range(), last.length() + 1)
                    : new Streak(wish.range(), 1));
    return rule.converts() && streak.length() <= rule.limit();
  }
}
