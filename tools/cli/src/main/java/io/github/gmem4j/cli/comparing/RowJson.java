package io.github.gmem4j.cli.comparing;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.gmem4j.cli.playing.Finding;
import io.github.gmem4j.cli.playing.Outcome;
import io.github.gmem4j.cli.telling.JsonLines;
import java.io.IOException;
import java.util.Collection;

/** A comparison for programs: one JSON object a line, for each policy. */
public final class RowJson {
  private RowJson() {}

  /** Returns the lines, each with its end. */
  public static String of(Comparison comparison) {
    StringBuilder text = new StringBuilder();
    for (Row row : comparison.rows()) {
      text.append(
          JsonLines.line(json -> {
            json.writeStringField("story", comparison.story().title());
            json.writeStringField("policy", row.traits().name());
            switch (row) {
              case Row.Told told -> write(json, told);
              case Row.Untold untold -> {
                json.writeBooleanField("told", false);
                json.writeStringField("reason", untold.reason());
              }
            }
          }));
    }
    return text.toString();
  }

  private static void write(JsonGenerator json, Row.Told told) throws IOException {
    Tally tally = told.tally();
    json.writeBooleanField("told", true);
    outcomes(json, told);
    json.writeObjectFieldStart("exits");
    for (var entry : tally.exits().entrySet()) {
      json.writeNumberField(entry.getKey(), entry.getValue());
    }
    json.writeEndObject();
    json.writeNumberField("runs", tally.runs());
    json.writeObjectFieldStart("conversions");
    json.writeNumberField("byVmm", tally.conversions().byVmm());
    json.writeNumberField("byVmmFailed", tally.conversions().byVmmFailed());
    json.writeNumberField("byKvm", tally.conversions().byKvm());
    json.writeNumberField("byKvmFailed", tally.conversions().byKvmFailed());
    json.writeNumberField("unchecked", tally.conversions().flips());
    json.writeNumberField("atLastDrop", tally.conversions().atLastDrop());
    json.writeEndObject();
    json.writeNumberField("refaults", tally.refaults());
    json.writeObjectFieldStart("notices");
    json.writeNumberField("prepare", tally.notices().prepared());
    json.writeNumberField("commit", tally.notices().committed());
    json.writeNumberField("abort", tally.notices().aborted());
    json.writeNumberField("lastReference", tally.notices().lastReferences());
    json.writeEndObject();
    json.writeNumberField("lostPages", tally.lostPages());
    json.writeNumberField("exposed", tally.exposure().exposed());
    json.writeNumberField("defended", tally.exposure().defended());
    json.writeObjectFieldStart("retries");
    json.writeNumberField("guest", tally.retries().guest());
    json.writeNumberField("vmm", tally.retries().vmm());
    json.writeNumberField("kernel", tally.retries().kernel());
    json.writeEndObject();
    carried(json, tally.carried());
    borne(json, tally.borne());
    json.writeNumberField("held", told.played().verdict().held());
    strings(json, "failed", told.played().verdict().failures());
    strings(
        json, "found", told.played().verdict().findings().stream().map(Finding::sentence).toList());
  }

  private static void outcomes(JsonGenerator json, Row.Told told) throws IOException {
    json.writeArrayFieldStart("outcomes");
    for (Outcome outcome : told.played().outcomes()) {
      json.writeStartObject();
      json.writeStringField("actor", outcome.actor());
      json.writeStringField("action", outcome.action());
      json.writeStringField("result", outcome.result());
      json.writeNumberField("ms", outcome.at().toMillis());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void carried(JsonGenerator json, Carried carried) throws IOException {
    json.writeObjectFieldStart("carried");
    strings(json, "perVcpu", carried.perVcpu());
    strings(json, "pins", carried.pins());
    strings(json, "perPage", carried.perPage());
    json.writeNumberField("markedPages", carried.markedPages());
    json.writeNumberField("thirdStatePages", carried.thirdStatePages());
    json.writeEndObject();
  }

  private static void borne(JsonGenerator json, Tally.Borne borne) throws IOException {
    json.writeObjectFieldStart("borne");
    json.writeNumberField("frozenMs", borne.frozen().toMillis());
    json.writeNumberField("failures", borne.failures());
    json.writeNumberField("exceptions", borne.exceptions());
    json.writeNumberField("ends", borne.ends());
    json.writeNumberField("toldUntruly", borne.toldUntruly());
    json.writeNumberField("ambiguousFaults", borne.ambiguousFaults());
    json.writeNumberField("unfinished", borne.unfinished());
    json.writeBooleanField("stopped", borne.isStopped());
    json.writeBooleanField("endless", borne.isEndless());
    json.writeEndObject();
  }

  private static void strings(JsonGenerator json, String name, Collection<String> values)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (String value : values) {
      json.writeString(value);
    }
    json.writeEndArray();
  }
}
