package io.github.gmem4j.cli;

import io.github.gmem4j.api.policy.PolicyTraits;
import io.github.gmem4j.cli.choosing.Breaking;
import io.github.gmem4j.cli.choosing.Policies;
import io.github.gmem4j.cli.telling.JsonLines;
import io.github.gmem4j.cli.telling.TextTable;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** {@code gmem policies}: lists what is installed. */
record PoliciesCommand(PrintWriter out, Policies policies) {
  private static final int SUMMARY = 60;

  int text() {
    List<PolicyTraits> all = all();
    TextTable table = new TextTable();
    table.column("policy", width("policy", all.stream().map(PolicyTraits::name).toList()));
    table.column("VM type", width("VM type", all.stream().map(PoliciesCommand::vmType).toList()));
    table.column("converts", "converts".length());
    table.column("accesses", width("accesses", all.stream().map(PoliciesCommand::rule).toList()));
    table.column("summary", SUMMARY);
    for (PolicyTraits traits : all) {
      table.row(
          List.of(
              traits.name(),
              vmType(traits),
              traits.converter().name(),
              rule(traits),
              traits.summary()));
    }
    out.print(table.text());
    return ExitCode.GOOD;
  }

  int json() {
    for (PolicyTraits traits : all()) {
      out.print(
          JsonLines.line(json -> {
            json.writeStringField("policy", traits.name());
            json.writeStringField("vmType", vmType(traits));
            json.writeStringField("converts", traits.converter().name());
            json.writeStringField("accesses", rule(traits));
            json.writeBooleanField("privateMemory", traits.vmType().privateMemory());
            json.writeStringField("summary", traits.summary());
          }));
    }
    return ExitCode.GOOD;
  }

  private List<PolicyTraits> all() {
    return policies.all().stream().map(policy -> Breaking.at(policy, policy::traits)).toList();
  }

  private static String vmType(PolicyTraits traits) {
    return traits.vmType().name();
  }

  private static String rule(PolicyTraits traits) {
    return traits.vmType().accessRule().name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static int width(String title, List<String> cells) {
    return Math.max(title.length(), cells.stream().mapToInt(String::length).max().orElse(0));
  }
}
