package io.github.gmem4j.api.guest;

import java.util.List;

/**
 * What one vCPU will do, action by action; then it halts.
 *
 * @param actions the actions, possibly none
 */
public record GuestProgram(List<GuestAction> actions) {
  /** Copies the list. */
  public GuestProgram {
    actions = List.copyOf(actions);
  }

  /** Returns the program of these actions. */
  public static GuestProgram of(GuestAction... actions) {
    return new GuestProgram(List.of(actions));
  }
}
