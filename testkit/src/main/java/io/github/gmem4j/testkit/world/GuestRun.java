package io.github.gmem4j.testkit.world;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.vm.Exit;
import java.util.List;

/**
 * What came of letting a vCPU do some things.
 *
 * @param actions what it was to do
 * @param results what the finished actions yielded
 * @param last the exit that nobody answered
 * @param exits how many exits there were
 */
public record GuestRun(
    List<GuestAction> actions, List<ActionResult> results, Exit last, int exits) {
  /** As many exits as a story of a few pages never needs. */
  public static final int MANY = 10_000;

  /** Copies the lists. */
  public GuestRun {
    actions = List.copyOf(actions);
    results = List.copyOf(results);
  }

  /** Tells whether the guest came to the end of its program. */
  public boolean halted() {
    return last instanceof Exit.Halt;
  }

  /** Tells whether every action was a success, as the guest sees it. */
  public boolean succeeded() {
    return halted()
        && results.size() == actions.size()
        && results.stream()
            .noneMatch(result ->
                result instanceof ActionResult.GaveUp || result instanceof ActionResult.Excepted);
  }
}
