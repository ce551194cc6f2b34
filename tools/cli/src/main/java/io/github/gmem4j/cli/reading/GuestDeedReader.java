package io.github.gmem4j.cli.reading;

import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.cli.scenario.GuestDeed;
import io.github.gmem4j.cli.scenario.InputException;
import io.github.gmem4j.cli.scenario.Words;
import io.github.gmem4j.policy.tdx.TdxPolicy;
import io.github.gmem4j.policy.tdx.tdcall.PageSize;
import io.github.gmem4j.policy.tdx.tdcall.TdCall;
import io.github.gmem4j.policy.tdx.tdcall.VmCall;
import java.util.List;

/** Reads what a guest does. */
final class GuestDeedReader {
  private static final List<String> KINDS =
      List.of("request", "touch", "read", "write", "accept", "map-gpa");

  private final String policy;

  GuestDeedReader(String policy) {
    this.policy = policy;
  }

  GuestDeed read(Node node) {
    return switch (Fields.kindOf(node, "a guest's action", KINDS)) {
      case "request" -> request(node);
      case "touch" -> {
        Fields fields = Fields.of(node, "a touch", "touch", "as", Expected.KEY);
        yield new GuestDeed(
            new GuestAction.Touch(
                Values.gpa(fields.required("touch")), Values.state(fields.required("as"))),
            Expected.word(fields, Words.GUEST_ACCESS));
      }
      case "read" -> {
        Fields fields = Fields.of(node, "a read", "read", "as", Expected.KEY);
        yield new GuestDeed(
            new GuestAction.Read(
                Values.gpa(fields.required("read")), Values.state(fields.required("as"))),
            Expected.byteOr(fields, Words.GUEST_ACCESS));
      }
      case "write" -> {
        Fields fields = Fields.of(node, "a write", "write", "as", "value", Expected.KEY);
        yield new GuestDeed(
            new GuestAction.Write(
                Values.gpa(fields.required("write")),
                Values.state(fields.required("as")),
                Values.byteOf(fields.required("value"))),
            Expected.word(fields, Words.GUEST_ACCESS));
      }
      case "accept" -> {
        Fields fields = Fields.of(node, "an accept", "accept", Expected.KEY);
        onlyTdx(node, "accept");
        yield new GuestDeed(
            new GuestAction.Execute(
                new TdCall.AcceptPage(Values.gpa(fields.required("accept")), PageSize.KIB_4)),
            Expected.word(fields, Words.INSTRUCTION));
      }
      default -> mapGpa(node);
    };
  }

  private static GuestDeed request(Node node) {
    Fields fields = Fields.of(node, "a request", "request", "gpa", "pages", Expected.KEY);
    GpaRange range =
        new GpaRange(
            Values.gpa(fields.required("gpa")),
            fields.optional("pages").map(Values::fewPages).orElse(PageCount.ONE).bytes());
    return new GuestDeed(
        new GuestAction.Request(range, Values.state(fields.required("request"))),
        Expected.word(fields, Words.REQUEST));
  }

  /** The registers as they are, so that a scenario can get them wrong. */
  private GuestDeed mapGpa(Node node) {
    Fields fields = Fields.of(node, "a map-gpa", "map-gpa", "r13", Expected.KEY);
    onlyTdx(node, "map-gpa");
    return new GuestDeed(
        new GuestAction.Call(
            new VmCall.MapGpa(
                Values.unsigned(fields.required("map-gpa")),
                Values.unsigned(fields.required("r13")))),
        Expected.word(fields, Words.mapGpa()));
  }

  private void onlyTdx(Node node, String action) {
    if (!policy.equals(TdxPolicy.NAME)) {
      throw new InputException(
          node.place(),
          "'%s' is for the policy '%s', and this scenario's is '%s'"
              .formatted(action, TdxPolicy.NAME, policy));
    }
  }
}
