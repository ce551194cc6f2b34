package io.github.gmem4j.cli.reading;

import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.cli.scenario.MemoryLayout;
import io.github.gmem4j.cli.scenario.SlotLayout;
import io.github.gmem4j.cli.scenario.VmmDeed;
import io.github.gmem4j.cli.scenario.Words;
import java.util.List;

/** Reads what the VMM does of its own accord. */
final class VmmDeedReader {
  private static final List<String> KINDS =
      List.of("convert", "bind", "unbind", "restart", "reboot");
  private static final int MAX_SLOT = 32_763;

  private final MemoryLayout memory;

  VmmDeedReader(MemoryLayout memory) {
    this.memory = memory;
  }

  VmmDeed read(Node node) {
    return switch (Fields.kindOf(node, "an action of the VMM", KINDS)) {
      case "convert" -> {
        Fields fields = Fields.of(node, "a conversion", "convert", "pages", Expected.KEY);
        yield new VmmDeed.Convert(
            Values.state(fields.required("convert")),
            Values.pages(fields.required("pages")),
            Expected.word(fields, Words.CONVERSION));
      }
      case "bind" -> new VmmDeed.Bind(slot(Fields.of(node, "a bind", "bind").required("bind")));
      case "unbind" -> {
        Node slot = Fields.of(node, "an unbind", "unbind").required("unbind");
        yield new VmmDeed.Unbind(slot.place(), (int) Values.between(slot, 0, MAX_SLOT));
      }
      case "reboot" -> {
        Fields fields = Fields.of(node, "a reboot", "reboot", Expected.KEY);
        yield new VmmDeed.Reboot(
            fields.place(),
            Values.word(fields.required("reboot"), List.of("kept", "reset")).equals("kept")
                ? VmmDeed.OnReboot.KEPT
                : VmmDeed.OnReboot.RESET,
            Expected.word(fields, Words.REBOOT));
      }
      default -> {
        Node flag = Fields.of(node, "a restart", "restart").required("restart");
        Values.word(flag, List.of("true"));
        yield new VmmDeed.Restart(flag.place());
      }
    };
  }

  /** Reads a slot; without pages it has the whole memory. */
  SlotLayout slot(Node node) {
    Fields fields = Fields.of(node, "a slot", "gpa", "pages");
    return new SlotLayout(
        fields.place(),
        Values.gpa(fields.required("gpa")),
        fields.optional("pages").map(VmmDeedReader::slotPages).orElse(MemoryReader.all(memory)));
  }

  /** A number means what it means for the memory: how many, from the first on. */
  private static PageRange slotPages(Node node) {
    return Values.isCount(node)
        ? new PageRange(new PageIndex(0), Values.pageCount(node))
        : Values.pages(node);
  }
}
