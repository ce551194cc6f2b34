package io.github.gmem4j.cli.reading;

import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.cli.scenario.MemoryLayout;
import io.github.gmem4j.cli.scenario.Role;
import java.util.List;

/** Reads who takes part in conversions. */
final class RoleReader {
  private static final List<String> KINDS = List.of("driver", "iommu", "refuser");

  private final MemoryLayout memory;

  RoleReader(MemoryLayout memory) {
    this.memory = memory;
  }

  Role read(Node node) {
    return switch (Fields.kindOf(node, "a participant", KINDS)) {
      case "driver" -> {
        Fields fields = Fields.of(node, "a driver", "driver", "pages");
        yield new Role.Driver(Values.line(fields.required("driver")), pages(fields));
      }
      case "iommu" -> {
        Fields fields = Fields.of(node, "an iommu", "iommu", "pages");
        yield new Role.Iommu(
            Values.line(fields.required("iommu")),
            MemoryReader.fewOf(pages(fields), fields.place()));
      }
      default -> {
        Fields fields = Fields.of(node, "a refuser", "refuser", "pages", "reason");
        yield new Role.Refuser(
            Values.line(fields.required("refuser")),
            pages(fields),
            Values.line(fields.required("reason")));
      }
    };
  }

  private PageRange pages(Fields fields) {
    return fields
        .optional("pages")
        .map(node -> MemoryReader.pagesIn(memory, node))
        .orElseGet(() -> MemoryReader.all(memory));
  }
}
