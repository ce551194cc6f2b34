package io.github.gmem4j.cli.telling;

import io.github.gmem4j.cli.scenario.MemoryLayout;
import io.github.gmem4j.cli.scenario.Scenario;
import io.github.gmem4j.cli.scenario.Words;
import java.util.Locale;

/** What a scenario begins with, in one sentence. */
final class Setting {
  private Setting() {}

  static String of(Scenario scenario, String policy) {
    MemoryLayout memory = scenario.memory();
    return "policy %s, %s kernel, %s of guest memory that begin %s"
        .formatted(
            policy,
            scenario.kernel().name().toLowerCase(Locale.ROOT).replace('_', '-'),
            memory.pages(),
            Words.of(memory.begins()));
  }
}
