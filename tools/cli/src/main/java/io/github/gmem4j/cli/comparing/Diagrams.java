package io.github.gmem4j.cli.comparing;

import io.github.gmem4j.cli.telling.Panels;
import io.github.gmem4j.cli.telling.Panels.Panel;
import io.github.gmem4j.cli.telling.SequenceDiagram;

/** A comparison as sequence diagrams side by side. */
public final class Diagrams {
  private Diagrams() {}

  /** Returns the picture. */
  public static String of(Comparison comparison) {
    return Panels.of(
        comparison.story().title(), comparison.rows().stream().map(Diagrams::panel).toList());
  }

  private static Panel panel(Row row) {
    String name = row.traits().name();
    return switch (row) {
      case Row.Told told -> new Panel.Drawn(SequenceDiagram.picture(told.played(), name));
      case Row.Untold untold -> new Panel.Missing(name, "cannot be told: " + untold.reason());
    };
  }
}
