package io.github.gmem4j.cli.telling;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.participant.Preparation;
import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.policy.Wish;
import io.github.gmem4j.api.policy.Withheld;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.cli.scenario.Words;
import java.io.IOException;
import java.util.Locale;

/** The fields of an event on the road, as JSON. */
final class EventFields {
  private EventFields() {}

  static void write(JsonGenerator json, RoadEvent event) throws IOException {
    switch (event) {
      case RoadEvent.ActionBegun begun -> {
        named(json, "action-begun", begun.vcpu());
        json.writeStringField("action", word(begun.action()));
      }
      case RoadEvent.CallMade made -> {
        named(json, "call-made", made.vcpu());
        json.writeStringField("call", word(made.call()));
      }
      case RoadEvent.CallReturned returned -> {
        named(json, "call-returned", returned.vcpu());
        json.writeStringField("call", word(returned.call()));
        json.writeStringField("result", Words.of(new ActionResult.Returned(returned.result())));
      }
      case RoadEvent.InstructionExecuted executed -> {
        named(json, "instruction-executed", executed.vcpu());
        json.writeStringField("instruction", word(executed.instruction()));
      }
      case RoadEvent.ActionFinished finished -> {
        named(json, "action-finished", finished.vcpu());
        json.writeStringField("action", word(finished.action()));
        json.writeStringField("result", Words.of(finished.result()));
      }
      case RoadEvent.RunLeft left -> {
        named(json, "run-left", left.vcpu());
        json.writeStringField("exit", Words.of(left.exit()));
        if (left.exit() instanceof Exit.SystemEvent happened) {
          systemEvent(json, happened);
        }
      }
      case RoadEvent.RunEntered entered -> {
        named(json, "run-entered", entered.vcpu());
        if (entered.reply() instanceof Reply.Answer answer) {
          json.writeNumberField("ret", answer.ret());
        }
      }
      case RoadEvent.PageMapped mapped -> {
        named(json, "page-mapped", mapped.vcpu());
        json.writeStringField("gpa", hex(mapped.gfn().gpa().value()));
        json.writeStringField("as", Words.of(mapped.as()));
      }
      case RoadEvent.WishRead read -> {
        named(json, "wish-read", read.vcpu());
        wish(json, read.wish());
      }
      case RoadEvent.ParticipantPrepared prepared -> {
        json.writeStringField("event", "participant-prepared");
        json.writeStringField("participant", prepared.participant());
        preparation(json, prepared.answer());
      }
      case RoadEvent.ParticipantCommitted committed -> {
        json.writeStringField("event", "participant-committed");
        json.writeStringField("participant", committed.participant());
      }
      case RoadEvent.ParticipantAborted aborted -> {
        json.writeStringField("event", "participant-aborted");
        json.writeStringField("participant", aborted.participant());
      }
      case RoadEvent.VcpuHeld held -> {
        named(json, "vcpu-held", held.vcpu());
        json.writeNumberField("pauseMs", held.pause().toMillis());
        json.writeNumberField("attempt", held.attempt());
      }
      case RoadEvent.WishSettled settled -> {
        named(json, "wish-settled", settled.vcpu());
        wish(json, settled.wish());
        settlement(json, settled.settlement());
      }
      case RoadEvent.RangePoisoned poisoned -> {
        json.writeStringField("event", "range-poisoned");
        range(json, poisoned.poison().range().bytes());
        json.writeStringField("reason", poisoned.poison().reason());
      }
      case RoadEvent.ConversionTried tried -> {
        json.writeStringField("event", "conversion-tried");
        json.writeStringField("offset", hex(tried.range().start().value()));
        json.writeStringField("size", hex(tried.range().size().value()));
        json.writeStringField("target", Words.of(tried.target()));
        outcome(json, tried.outcome());
      }
      case RoadEvent.PagesWithheld withheld -> {
        named(json, "pages-withheld", withheld.vcpu());
        range(json, withheld.range());
        json.writeStringField(
            "from", withheld.from() == Withheld.FROM_EVERYONE ? "everyone" : "guest");
      }
      case RoadEvent.PagesFlipped flipped -> {
        named(json, "pages-flipped", flipped.vcpu());
        range(json, flipped.range());
        json.writeStringField("target", Words.of(flipped.target()));
      }
      case RoadEvent.LastReferenceDropped dropped -> {
        json.writeStringField("event", "last-reference-dropped");
        json.writeNumberField("page", dropped.page().value());
      }
      case RoadEvent.PrivatePageReached reached -> {
        json.writeStringField("event", "private-page-reached");
        json.writeNumberField("page", reached.page().value());
        json.writeStringField("holder", reached.holder());
        json.writeStringField("accessor", Words.of(reached.attempt().accessor()));
        json.writeStringField("direction", Words.of(reached.attempt().direction()));
        json.writeStringField("reach", Words.of(reached.reach()));
      }
    }
  }

  private static void named(JsonGenerator json, String event, int vcpu) throws IOException {
    json.writeStringField("event", event);
    json.writeNumberField("vcpu", vcpu);
  }

  private static void systemEvent(JsonGenerator json, Exit.SystemEvent event) throws IOException {
    json.writeStringField("kind", event.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    json.writeArrayFieldStart("data");
    for (long data : event.data()) {
      json.writeString(hex(data));
    }
    json.writeEndArray();
  }

  private static void wish(JsonGenerator json, Wish.Convert wish) throws IOException {
    range(json, wish.range());
    json.writeStringField("target", Words.of(wish.target()));
    json.writeStringField("origin", wish.origin().name().toLowerCase(Locale.ROOT));
  }

  private static void range(JsonGenerator json, GpaRange range) throws IOException {
    json.writeStringField("gpa", hex(range.start().value()));
    json.writeStringField("size", hex(range.size().value()));
  }

  private static void preparation(JsonGenerator json, Preparation answer) throws IOException {
    json.writeStringField("answer", word(answer));
    switch (answer) {
      case Preparation.Ready ready -> {}
      case Preparation.NeedsTime needs -> json.writeNumberField("hintMs", needs.hint().toMillis());
      case Preparation.Refused refused -> json.writeStringField("reason", refused.reason());
    }
  }

  private static void settlement(JsonGenerator json, Settlement settlement) throws IOException {
    json.writeStringField("settlement", word(settlement));
    if (settlement instanceof Settlement.GaveUp gaveUp) {
      json.writeNumberField("attempts", gaveUp.attempts());
    }
  }

  private static void outcome(JsonGenerator json, ConversionOutcome outcome) throws IOException {
    json.writeStringField("outcome", Words.of(outcome));
    if (outcome.writtenErrorOffset().isPresent()) {
      json.writeStringField("errorOffset", hex(outcome.writtenErrorOffset().get().value()));
    }
    if (outcome instanceof ConversionOutcome.Blocked blocked) {
      json.writeArrayFieldStart("blockers");
      for (var blocker : blocked.blockers()) {
        json.writeStartObject();
        json.writeNumberField("page", blocker.page().value());
        json.writeStringField("holder", blocker.holder());
        json.writeStringField("kind", blocker.kind().name().toLowerCase(Locale.ROOT));
        json.writeEndObject();
      }
      json.writeEndArray();
    }
  }

  private static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }

  /** Returns a type's name as a word: {@code NeedsTime} is {@code needs-time}. */
  private static String word(Object value) {
    return value
        .getClass()
        .getSimpleName()
        .replaceAll("(?<=[a-z])(?=[A-Z])", "-")
        .toLowerCase(Locale.ROOT);
  }
}
