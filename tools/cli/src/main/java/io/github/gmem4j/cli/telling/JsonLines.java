package io.github.gmem4j.cli.telling;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.github.gmem4j.cli.journal.Happening;
import io.github.gmem4j.cli.playing.Played;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * The story for programs: one JSON object a line. The first line is the scenario, the last its
 * result; {@code examples/scenarios/README.md} lists the fields.
 */
public final class JsonLines {
  private static final JsonFactory FACTORY = new JsonFactory();

  private JsonLines() {}

  /** What one line holds. */
  @FunctionalInterface
  public interface Content {
    /** Writes the fields of the line's object. */
    void writeTo(JsonGenerator json) throws IOException;
  }

  /** Returns the lines, each with its end. */
  public static String of(Played played) {
    StringBuilder text = new StringBuilder();
    text.append(
        line(json -> {
          json.writeStringField("event", "scenario");
          json.writeStringField("title", played.scenario().title());
          json.writeStringField("policy", played.policy());
        }));
    List<Line> lines = Narrator.tell(played.scenario(), played.happenings());
    for (int i = 0; i < lines.size(); i++) {
      Happening happening = played.happenings().get(i);
      Line line = lines.get(i);
      int number = i + 1;
      text.append(line(json -> write(json, number, happening, line)));
    }
    text.append(
        line(json -> {
          json.writeStringField("event", "result");
          json.writeBooleanField("ok", played.isGood());
          json.writeNumberField("held", played.verdict().held());
          strings(json, "failed", played.verdict().problems());
          strings(json, "defended", played.verdict().defended());
        }));
    return text.toString();
  }

  private static void write(JsonGenerator json, int number, Happening happening, Line line)
      throws IOException {
    json.writeNumberField("n", number);
    json.writeNumberField("ms", happening.at().toMillis());
    switch (happening) {
      case Happening.Note note -> json.writeStringField("event", "note");
      case Happening.Deed deed -> json.writeStringField("event", "deed");
      case Happening.OnRoad road -> EventFields.write(json, road.event());
    }
    switch (line) {
      case Line.Heading heading -> json.writeStringField("text", heading.text());
      case Line.LeftOut out -> json.writeStringField("text", out.text());
      case Line.Again again -> json.writeStringField("text", again.text());
      case Line.Message message -> {
        json.writeStringField("seat", message.column().column().name());
        json.writeStringField("from", message.from().name());
        json.writeStringField("to", message.to().name());
        json.writeStringField("text", message.text());
      }
    }
  }

  private static void strings(JsonGenerator json, String name, List<String> values)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (String value : values) {
      json.writeString(value);
    }
    json.writeEndArray();
  }

  /** Returns one line with its end. */
  public static String line(Content content) {
    StringWriter line = new StringWriter();
    try (JsonGenerator json = FACTORY.createGenerator(line)) {
      json.writeStartObject();
      content.writeTo(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("a string cannot be written to", e);
    }
    return line + "\n";
  }
}
