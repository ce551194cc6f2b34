package io.github.gmem4j.cli.reading;

import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.cli.scenario.Expectation;
import io.github.gmem4j.cli.scenario.GuestAccess;
import io.github.gmem4j.cli.scenario.GuestDeed;
import io.github.gmem4j.cli.scenario.InputException;
import io.github.gmem4j.cli.scenario.PolicyName;
import io.github.gmem4j.cli.scenario.Words;
import io.github.gmem4j.policy.tdx.TdxPolicy;
import io.github.gmem4j.policy.tdx.tdcall.PageSize;
import io.github.gmem4j.policy.tdx.tdcall.TdCall;
import io.github.gmem4j.policy.tdx.tdcall.VmCall;
import java.util.List;
import java.util.Optional;

/** Reads what a guest does. */
final class GuestDeedReader {
  private static final List<String> KINDS =
      List.of("request", "share", "unshare", "touch", "read", "write", "accept", "map-gpa");

  private final Optional<PolicyName> policy;

  GuestDeedReader(Optional<PolicyName> policy) {
    this.policy = policy;
  }

  GuestDeed read(Node node) {
    return switch (Fields.kindOf(node, "a guest's action", KINDS)) {
      case "request" -> {
        Fields fields = Fields.of(node, "a request", "request", "gpa", "pages", Expected.KEY);
        yield request(fields, "gpa", Values.state(fields.required("request")));
      }
      case "share" -> {
        Fields fields = Fields.of(node, "a share", "share", "pages", Expected.KEY);
        yield request(fields, "share", Shareability.SHARED);
      }
      case "unshare" -> {
        Fields fields = Fields.of(node, "an unshare", "unshare", "pages", Expected.KEY);
        yield request(fields, "unshare", Shareability.PRIVATE);
      }
      case "touch" -> {
        Fields fields = Fields.of(node, "a touch", "touch", "as", Expected.KEY);
        yield access(
            fields,
            new GuestAccess.Touch(Values.gpa(fields.required("touch"))),
            Expected.word(fields, Words.GUEST_ACCESS));
      }
      case "read" -> {
        Fields fields = Fields.of(node, "a read", "read", "as", Expected.KEY);
        yield access(
            fields,
            new GuestAccess.Read(Values.gpa(fields.required("read"))),
            Expected.byteOr(fields, Words.GUEST_ACCESS));
      }
      case "write" -> {
        Fields fields = Fields.of(node, "a write", "write", "as", "value", Expected.KEY);
        yield access(
            fields,
            new GuestAccess.Write(
                Values.gpa(fields.required("write")), Values.byteOf(fields.required("value"))),
            Expected.word(fields, Words.GUEST_ACCESS));
      }
      case "accept" -> {
        Fields fields = Fields.of(node, "an accept", "accept", Expected.KEY);
        onlyTdx(node, "accept");
        yield new GuestDeed.Exactly(
            new GuestAction.Execute(
                new TdCall.AcceptPage(Values.gpa(fields.required("accept")), PageSize.KIB_4)),
            Expected.word(fields, Words.INSTRUCTION));
      }
      default -> mapGpa(node);
    };
  }

  private static GuestDeed access(
      Fields fields, GuestAccess access, Optional<Expectation> expected) {
    return fields
        .optional("as")
        .<GuestDeed>map(node -> new GuestDeed.Exactly(access.as(Values.state(node)), expected))
        .orElseGet(() -> new GuestDeed.AsBelieved(access, expected));
  }

  private static GuestDeed request(Fields fields, String addressKey, Shareability target) {
    GpaRange range =
        new GpaRange(
            Values.gpa(fields.required(addressKey)),
            fields.optional("pages").map(Values::fewPages).orElse(PageCount.ONE).bytes());
    return new GuestDeed.Exactly(
        new GuestAction.Request(range, target), Expected.word(fields, Words.REQUEST));
  }

  /** The registers as they are, so that a scenario can get them wrong. */
  private GuestDeed mapGpa(Node node) {
    Fields fields = Fields.of(node, "a map-gpa", "map-gpa", "r13", Expected.KEY);
    onlyTdx(node, "map-gpa");
    return new GuestDeed.Exactly(
        new GuestAction.Call(
            new VmCall.MapGpa(
                Values.unsigned(fields.required("map-gpa")),
                Values.unsigned(fields.required("r13")))),
        Expected.word(fields, Words.mapGpa()));
  }

  /** The policy's variants, whose names begin with its own, have the same guest. */
  private void onlyTdx(Node node, String action) {
    Optional<String> name = policy.map(PolicyName::name);
    if (name.filter(n -> n.equals(TdxPolicy.NAME) || n.startsWith(TdxPolicy.NAME + "-"))
        .isEmpty()) {
      throw new InputException(
          node.place(),
          "'%s' is for the policy '%s', and this scenario%s"
              .formatted(
                  action,
                  TdxPolicy.NAME,
                  name.map(n -> "'s is '" + n + "'").orElse(" is to be told under any")));
    }
  }
}
