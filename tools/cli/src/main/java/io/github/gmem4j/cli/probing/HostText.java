package io.github.gmem4j.cli.probing;

import io.github.gmem4j.backend.kvm.probe.MachineType;
import io.github.gmem4j.cli.telling.TextTable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A host as two tables for people, 110 columns wide. */
public final class HostText {
  private static final int FACT = 27;
  private static final int SOURCE = 26;
  private static final int ANSWER = 53;
  private static final int USE = 32;
  private static final int HERE = 4;
  private static final int WHY = 70;

  private HostText() {}

  /** Returns the tables. */
  public static String of(Host host) {
    return facts(host).text() + "\n" + uses(host).text();
  }

  private static TextTable facts(Host host) {
    TextTable table = new TextTable();
    table.column("this host", FACT);
    table.column("found by", SOURCE);
    table.column("answer", ANSWER);
    table.row(List.of("kernel", "uname", host.kernel()));
    table.row(
        List.of(
            "KVM API version",
            "KVM_GET_API_VERSION",
            Integer.toString(host.report().apiVersion())));
    table.row(List.of("VM types", "KVM_CAP_VM_TYPES", types(host)));
    for (Fact fact : Fact.ALL) {
      Map<MachineType, String> answers = new TreeMap<>();
      host.types().forEach((type, seen) -> answers.put(type, fact.of(seen)));
      if (answers.values().stream().distinct().count() == 1) {
        table.row(List.of(fact.title(), fact.source(), answers.values().iterator().next()));
      } else {
        String title = fact.title();
        String source = fact.source();
        for (Map.Entry<MachineType, String> answer : answers.entrySet()) {
          table.row(List.of(title, source, answer.getKey() + ": " + answer.getValue()));
          title = "";
          source = "";
        }
      }
    }
    return table;
  }

  private static String types(Host host) {
    return host.report().offered().stream()
        .sorted()
        .map(type -> host.types().containsKey(type) ? type.name() : type + " (not launched)")
        .collect(Collectors.joining(", "));
  }

  private static TextTable uses(Host host) {
    TextTable table = new TextTable();
    table.column("this library", USE);
    table.column("here", HERE);
    table.column("where, or why not", WHY);
    for (Use use : Uses.on(host)) {
      table.row(List.of(use.what(), use.usable() ? "yes" : "no", use.why()));
    }
    return table;
  }
}
