package io.github.gmem4j.policy.pkvm.guest;

import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.GuestProgress;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.policy.pkvm.hvc.Hvc;
import io.github.gmem4j.policy.pkvm.hvc.HvcResult;

/**
 * How far a guest has come with a range.
 *
 * @param next where the next call begins
 * @param granules how many are left, unsigned, not 0
 * @param target what they are to become
 */
record Walk(Gpa next, long granules, Shareability target) implements GuestProgress {
  /** Returns the call for one granule. */
  Hvc callForOne() {
    return switch (target) {
      case SHARED -> Hvc.share(next);
      case PRIVATE -> Hvc.unshare(next);
    };
  }

  /** Returns the call for all that is left. */
  Hvc callForAll() {
    return switch (target) {
      case SHARED -> Hvc.share(next, granules);
      case PRIVATE -> Hvc.unshare(next, granules);
    };
  }

  /** Tells whether so many granules are all that is left. */
  boolean endsAfter(long done) {
    return done == granules;
  }

  /** Returns the walk behind some granules, fewer than are left. */
  Walk advanced(long done) {
    return new Walk(new Gpa(next.value() + (done << Page.SHIFT)), granules - done, target);
  }

  /** Returns what the guest logs when it stops here. What was done before stays done. */
  String failure(HvcResult result) {
    return switch (target) {
      case SHARED -> "cannot share %s (%s), EPERM: its pool is not used".formatted(next, result);
      case PRIVATE ->
          "cannot take back %s (%s), EPERM: the memory is leaked".formatted(next, result);
    };
  }
}
