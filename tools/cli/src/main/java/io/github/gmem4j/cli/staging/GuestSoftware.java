package io.github.gmem4j.cli.staging;

import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.cli.scenario.GuestName;
import io.github.gmem4j.cli.scenario.InputException;
import io.github.gmem4j.cli.scenario.Scenario;
import java.util.List;

/** Puts the guest that a scenario names into the policy under which it plays. */
public final class GuestSoftware {
  private GuestSoftware() {}

  /**
   * Returns the policy with the scenario's guest; the policy as it is if it names none.
   *
   * @throws InputException if the policy knows no guest of this name
   */
  public static ConversionPolicy chosen(ConversionPolicy policy, Scenario scenario) {
    return scenario.guest().map(guest -> chosen(policy, guest)).orElse(policy);
  }

  private static ConversionPolicy chosen(ConversionPolicy policy, GuestName guest) {
    return policy
        .withGuest(guest.name())
        .orElseThrow(() ->
            new InputException(
                guest.place(),
                "no guest '%s' under the policy '%s', which knows %s"
                    .formatted(guest.name(), policy.traits().name(), known(policy.guests()))));
  }

  private static String known(List<String> names) {
    return names.isEmpty() ? "none by name" : String.join(", ", names);
  }
}
