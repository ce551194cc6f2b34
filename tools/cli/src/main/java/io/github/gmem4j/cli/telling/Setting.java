package io.github.gmem4j.cli.telling;

import io.github.gmem4j.cli.scenario.MemoryLayout;
import io.github.gmem4j.cli.scenario.Scenario;
import io.github.gmem4j.cli.scenario.Words;

/** What a scenario begins with, in one sentence. */
final class Setting {
  private Setting() {}

  static String of(Scenario scenario, String policy) {
    MemoryLayout memory = scenario.memory();
    String guest = scenario.guest().map(name -> ", guest " + name.name()).orElse("");
    return "policy %s%s, %s%s of guest memory that begin %s"
        .formatted(policy, guest, kernel(scenario), memory.pages(), Words.of(memory.begins()));
  }

  private static String kernel(Scenario scenario) {
    return switch (scenario.kernel()) {
      case RFC_2025 -> "kernel interface of 2025, ";
      case VM_ATTRIBUTES -> "kernel that keeps the state with the VM, ";
      case IN_PLACE -> "";
    };
  }
}
