package io.github.gmem4j.cli.reading;

import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.cli.scenario.HostDeed;
import io.github.gmem4j.cli.scenario.Words;
import java.util.List;
import java.util.Optional;

/** Reads what a host process does. */
final class HostDeedReader {
  private static final List<String> KINDS =
      List.of("touch", "read", "write", "keep-touching", "pin", "read-pinned", "unpin");

  private HostDeedReader() {}

  static HostDeed read(Node node) {
    return switch (Fields.kindOf(node, "a process's action", KINDS)) {
      case "touch" -> {
        Fields fields = Fields.of(node, "a touch", "touch", Expected.KEY);
        yield new HostDeed.Touch(
            Values.page(fields.required("touch")), Expected.word(fields, Words.HOST_ACCESS));
      }
      case "read" -> {
        Fields fields = Fields.of(node, "a read", "read", Expected.KEY);
        yield new HostDeed.Read(
            Values.page(fields.required("read")), Expected.byteOr(fields, Words.HOST_ACCESS));
      }
      case "write" -> {
        Fields fields = Fields.of(node, "a write", "write", "value", Expected.KEY);
        yield new HostDeed.Write(
            Values.page(fields.required("write")),
            Values.byteOf(fields.required("value")),
            Expected.word(fields, Words.HOST_ACCESS));
      }
      case "keep-touching" -> {
        Fields fields = Fields.of(node, "a keep-touching", "keep-touching");
        yield new HostDeed.KeepTouching(
            Values.page(fields.required("keep-touching")), Optional.empty());
      }
      case "pin" -> pin(node);
      case "read-pinned" -> {
        Fields fields = Fields.of(node, "a read-pinned", "read-pinned", Expected.KEY);
        yield new HostDeed.ReadPinned(
            Values.page(fields.required("read-pinned")), Expected.byteOr(fields, Words.PINNED));
      }
      default -> {
        Fields fields = Fields.of(node, "an unpin", "unpin");
        yield new HostDeed.Unpin(Values.page(fields.required("unpin")), Optional.empty());
      }
    };
  }

  private static HostDeed pin(Node node) {
    Fields fields = Fields.of(node, "a pin", "pin", "kind", "for-ms", Expected.KEY);
    ReferenceKind kind =
        fields
                .optional("kind")
                .map(value -> Values.word(value, List.of("short-term", "long-term")))
                .orElse("short-term")
                .equals("short-term")
            ? ReferenceKind.SHORT_TERM
            : ReferenceKind.LONG_TERM;
    return new HostDeed.Pin(
        Values.page(fields.required("pin")),
        kind,
        fields.optional("for-ms").map(Values::millis),
        Expected.word(fields, Words.PIN));
  }
}
