package io.github.gmem4j.cli.reading;

import io.github.gmem4j.api.policy.ImplicitRule;
import io.github.gmem4j.cli.scenario.Patience;
import java.util.List;

/** Reads the rules that a scenario's VMM has in place of the policy's. */
final class RuleReader {
  private RuleReader() {}

  static Patience patience(Node node) {
    Fields fields = Fields.of(node, "patience", "pause-ms", "times", "then");
    return new Patience(
        Values.millis(fields.required("pause-ms")),
        Values.count(fields.required("times"), 1),
        Values.word(fields.required("then"), List.of("refuse", "retry")).equals("refuse")
            ? Patience.Then.REFUSE
            : Patience.Then.RETRY);
  }

  /**
   * Reads {@code deny}, {@code convert}, or after how many conversions of a page enough is enough.
   */
  static ImplicitRule implicit(Node node) {
    if (node instanceof Node.Mapping) {
      Fields fields = Fields.of(node, "implicit", "limit");
      return new ImplicitRule(true, Values.count(fields.required("limit"), 1));
    }
    return switch (Values.word(node, List.of("convert", "deny"))) {
      case "deny" -> ImplicitRule.DENY;
      default -> ImplicitRule.CONVERT;
    };
  }
}
