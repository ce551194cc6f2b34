package io.github.gmem4j.core.vcpu;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far a guest is in its program, and what the actions before yielded. For the thread inside the
 * vCPU; {@link #results} for any.
 */
final class Progress {
  private List<GuestAction> actions;
  private int at;
  private boolean begun;
  // Guarded by itself.
  private final List<ActionResult> results = new ArrayList<>();

  Progress(GuestProgram program) {
    this.actions = program.actions();
  }

  /** Begins another program. */
  void load(GuestProgram program) {
    actions = program.actions();
    at = 0;
    begun = false;
    synchronized (results) {
      results.clear();
    }
  }

  /** Returns the action that the guest is at; null once the program is over. */
  @Nullable GuestAction current() {
    return at < actions.size() ? actions.get(at) : null;
  }

  /** Notes that the guest executes its action; tells whether that is for the first time. */
  boolean begin() {
    boolean first = !begun;
    begun = true;
    return first;
  }

  /** The current action is over; returns it. */
  GuestAction finish(ActionResult result) {
    synchronized (results) {
      results.add(result);
    }
    begun = false;
    return actions.get(at++);
  }

  /** Returns a copy of what the finished actions yielded, in order. */
  List<ActionResult> results() {
    synchronized (results) {
      return List.copyOf(results);
    }
  }
}
