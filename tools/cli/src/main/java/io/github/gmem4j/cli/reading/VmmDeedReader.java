package io.github.gmem4j.cli.reading;

import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.cli.scenario.MemoryLayout;
import io.github.gmem4j.cli.scenario.SlotLayout;
import io.github.gmem4j.cli.scenario.SlotNumbers;
import io.github.gmem4j.cli.scenario.VmmDeed;
import io.github.gmem4j.cli.scenario.Words;
import java.util.List;

/** Reads what the VMM does of its own accord. */
final class VmmDeedReader {
  private static final List<String> KINDS =
      List.of(
          "convert",
          "attributes",
          "discard",
          "allocate",
          "poison",
          "prefault",
          "populate",
          "finalize",
          "set-slot",
          "interrupt",
          "kick",
          "bind",
          "unbind",
          "restart",
          "reboot");
  private static final int MAX_SLOT = 32_763;

  private final MemoryLayout memory;
  private final int vcpus;

  VmmDeedReader(MemoryLayout memory, int vcpus) {
    this.memory = memory;
    this.vcpus = vcpus;
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
      case "attributes" -> {
        Fields fields = Fields.of(node, "attributes", "attributes", "gpa", "pages", Expected.KEY);
        yield new VmmDeed.Attributes(
            Values.state(fields.required("attributes")),
            Values.range(fields, "gpa"),
            Expected.word(fields, Words.CONVERSION));
      }
      case "discard" -> {
        Fields fields = Fields.of(node, "a discard", "discard", Expected.KEY);
        yield new VmmDeed.Discard(
            Values.pages(fields.required("discard")), Expected.word(fields, Words.CALL));
      }
      case "allocate" -> {
        Fields fields = Fields.of(node, "an allocate", "allocate", Expected.KEY);
        yield new VmmDeed.Allocate(
            Values.pages(fields.required("allocate")), Expected.word(fields, Words.CALL));
      }
      case "poison" -> {
        Fields fields = Fields.of(node, "a poison", "poison", Expected.KEY);
        yield new VmmDeed.Poison(
            Values.page(fields.required("poison")), Expected.word(fields, Words.CALL));
      }
      case "prefault" -> {
        Fields fields = Fields.of(node, "a prefault", "prefault", "pages", "vcpu", Expected.KEY);
        yield new VmmDeed.Prefault(
            fields.optional("vcpu").map(this::vcpu).orElse(0),
            Values.range(fields, "prefault"),
            Expected.word(fields, Words.PARTIAL_CALL));
      }
      case "populate" -> {
        Fields fields = Fields.of(node, "a populate", "populate", "pages", Expected.KEY);
        yield new VmmDeed.Populate(
            Values.range(fields, "populate"), Expected.word(fields, Words.PARTIAL_CALL));
      }
      case "finalize" -> {
        Fields fields = Fields.of(node, "a finalize", "finalize", Expected.KEY);
        Values.word(fields.required("finalize"), List.of("true"));
        yield new VmmDeed.FinalizeLaunch(Expected.word(fields, Words.CALL));
      }
      case "set-slot" -> setSlot(node);
      case "interrupt" ->
          new VmmDeed.Interrupt(
              vcpu(Fields.of(node, "an interrupt", "interrupt").required("interrupt")));
      case "kick" -> {
        Fields fields = Fields.of(node, "a kick", "kick", "after-ms");
        yield new VmmDeed.Kick(
            vcpu(fields.required("kick")), fields.optional("after-ms").map(Values::millis));
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

  private int vcpu(Node node) {
    return (int) Values.between(node, 0, vcpus - 1);
  }

  /** The struct as it is, so that a scenario can get it wrong. */
  private static VmmDeed setSlot(Node node) {
    Fields outer = Fields.of(node, "a set-slot", "set-slot", Expected.KEY);
    Fields fields =
        Fields.of(
            outer.required("set-slot"),
            "a slot as it is",
            "slot",
            "flags",
            "gpa",
            "size",
            "userspace",
            "memory",
            "offset");
    return new VmmDeed.SetSlot(
        new SlotNumbers(
            (int) Values.between(fields.required("slot"), 0, 0xFFFF_FFFFL),
            number(fields, "flags"),
            number(fields, "gpa"),
            number(fields, "size"),
            number(fields, "userspace"),
            number(fields, "offset")),
        fields.optional("memory").map(Values::flag).orElse(false),
        Expected.word(outer, Words.CALL));
  }

  private static long number(Fields fields, String key) {
    return fields.optional(key).map(Values::unsigned).orElse(0L);
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
