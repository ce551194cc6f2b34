package io.github.gmem4j.cli.reading;

import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.cli.scenario.Expectation;
import io.github.gmem4j.cli.scenario.GuestAccess;
import io.github.gmem4j.cli.scenario.GuestDeed;
import io.github.gmem4j.cli.scenario.InputException;
import io.github.gmem4j.cli.scenario.PolicyName;
import io.github.gmem4j.cli.scenario.Words;
import io.github.gmem4j.policy.snp.SnpPolicy;
import io.github.gmem4j.policy.snp.rmp.SnpInstruction;
import io.github.gmem4j.policy.snp.rmp.Validation;
import io.github.gmem4j.policy.tdx.TdxPolicy;
import io.github.gmem4j.policy.tdx.tdcall.PageSize;
import io.github.gmem4j.policy.tdx.tdcall.TdCall;
import io.github.gmem4j.policy.tdx.tdcall.VmCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads what a guest does. */
final class GuestDeedReader {
  private static final List<String> KINDS =
      List.of(
          "request",
          "share",
          "unshare",
          "touch",
          "read",
          "write",
          "accept",
          "pvalidate",
          "map-gpa");

  private final Optional<PolicyName> policy;

  GuestDeedReader(Optional<PolicyName> policy) {
    this.policy = policy;
  }

  /** Reads what a line says, which may be the same for several pages. */
  List<GuestDeed> read(Node node) {
    return switch (Fields.kindOf(node, "a guest's action", KINDS)) {
      case "request" -> {
        Fields fields = Fields.of(node, "a request", "request", "gpa", "pages", Expected.KEY);
        yield List.of(request(fields, "gpa", Values.state(fields.required("request"))));
      }
      case "share" -> {
        Fields fields = Fields.of(node, "a share", "share", "pages", Expected.KEY);
        yield List.of(request(fields, "share", Shareability.SHARED));
      }
      case "unshare" -> {
        Fields fields = Fields.of(node, "an unshare", "unshare", "pages", Expected.KEY);
        yield List.of(request(fields, "unshare", Shareability.PRIVATE));
      }
      case "touch" -> {
        Fields fields = Fields.of(node, "a touch", "touch", "as", Expected.KEY);
        yield List.of(
            access(
                fields,
                new GuestAccess.Touch(Values.gpa(fields.required("touch"))),
                Expected.word(fields, Words.GUEST_ACCESS)));
      }
      case "read" -> {
        Fields fields = Fields.of(node, "a read", "read", "as", Expected.KEY);
        yield List.of(
            access(
                fields,
                new GuestAccess.Read(Values.gpa(fields.required("read"))),
                Expected.byteOr(fields, Words.GUEST_ACCESS)));
      }
      case "write" -> {
        Fields fields = Fields.of(node, "a write", "write", "as", "value", Expected.KEY);
        yield List.of(
            access(
                fields,
                new GuestAccess.Write(
                    Values.gpa(fields.required("write")), Values.byteOf(fields.required("value"))),
                Expected.word(fields, Words.GUEST_ACCESS)));
      }
      case "accept" -> accept(node);
      case "pvalidate" -> List.of(pvalidate(node));
      default -> List.of(mapGpa(node));
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
    return new GuestDeed.Exactly(
        new GuestAction.Request(Values.range(fields, addressKey), target),
        Expected.word(fields, Words.REQUEST));
  }

  /** Without a size the page is taken by whatever the platform has for it, page by page. */
  private List<GuestDeed> accept(Node node) {
    Fields fields = Fields.of(node, "an accept", "accept", "pages", "size", Expected.KEY);
    Optional<Expectation> expected = Expected.word(fields, Words.INSTRUCTION);
    Gpa first = Values.gpa(fields.required("accept"));
    Optional<Node> size = fields.optional("size");
    size.ifPresent(given -> onlyFor(TdxPolicy.NAME, node, "the size of an accept"));
    PageSize pageSize = size.map(GuestDeedReader::acceptSize).orElse(PageSize.KIB_4);
    List<GuestDeed> deeds = new ArrayList<>();
    long pages = fields.optional("pages").map(Values::fewPages).orElse(PageCount.ONE).value();
    for (long i = 0; i < pages; i++) {
      Gpa at = new Gpa(first.value() + i * pageSize.bytes());
      deeds.add(
          size.isPresent()
              ? new GuestDeed.Exactly(
                  new GuestAction.Execute(new TdCall.AcceptPage(at, pageSize)), expected)
              : new GuestDeed.Accept(at, expected));
    }
    return deeds;
  }

  private static PageSize acceptSize(Node node) {
    return switch (Values.word(node, List.of("4k", "2m", "1g"))) {
      case "4k" -> PageSize.KIB_4;
      case "2m" -> PageSize.MIB_2;
      default -> PageSize.GIB_1;
    };
  }

  /** PVALIDATE as it is: a page validated, or its validation rescinded. */
  private GuestDeed pvalidate(Node node) {
    Fields fields =
        Fields.of(node, "a pvalidate", "pvalidate", "validated", "as", "size", Expected.KEY);
    onlyFor(SnpPolicy.NAME, node, "'pvalidate'");
    boolean isLarge =
        fields
            .optional("size")
            .map(value -> Values.word(value, List.of("4k", "2m")))
            .orElse("4k")
            .equals("2m");
    return new GuestDeed.Exactly(
        new GuestAction.Execute(
            new SnpInstruction.Pvalidate(
                Values.gpa(fields.required("pvalidate")),
                fields.optional("as").map(Values::state),
                isLarge
                    ? io.github.gmem4j.policy.snp.ghcb.PageSize.MIB_2
                    : io.github.gmem4j.policy.snp.ghcb.PageSize.KIB_4,
                fields.optional("validated").map(Values::flag).orElse(true)
                    ? Validation.VALIDATE
                    : Validation.RESCIND)),
        Expected.word(fields, Words.INSTRUCTION));
  }

  /** The registers as they are, so that a scenario can get them wrong. */
  private GuestDeed mapGpa(Node node) {
    Fields fields = Fields.of(node, "a map-gpa", "map-gpa", "r13", "r11", Expected.KEY);
    onlyFor(TdxPolicy.NAME, node, "'map-gpa'");
    GuestAction call =
        new GuestAction.Call(
            new VmCall.MapGpa(
                Values.unsigned(fields.required("map-gpa")),
                Values.unsigned(fields.required("r13"))));
    Optional<Expectation> expected = Expected.word(fields, Words.mapGpa());
    return fields
        .optional("r11")
        .<GuestDeed>map(value ->
            new GuestDeed.InDetail(
                call,
                expected,
                new Expectation(value.place(), "0x" + Long.toHexString(Values.unsigned(value)))))
        .orElseGet(() -> new GuestDeed.Exactly(call, expected));
  }

  /** A policy's variants, whose names begin with its own, have the same guest. */
  private void onlyFor(String its, Node node, String what) {
    Optional<String> name = policy.map(PolicyName::name);
    if (name.filter(n -> n.equals(its) || n.startsWith(its + "-")).isEmpty()) {
      throw new InputException(
          node.place(),
          "%s is for the policy '%s', and this scenario%s"
              .formatted(
                  what,
                  its,
                  name.map(n -> "'s is '" + n + "'").orElse(" is to be told under any")));
    }
  }
}
