package io.github.gmem4j.conformance.comparing;

import io.github.gmem4j.conformance.recording.Field;
import io.github.gmem4j.conformance.recording.Result;
import java.util.List;
import java.util.Map;

/** Writes a result in the form that recordings have. */
public final class ResultJson {
  private static final int FIRST_PRINTABLE = 0x20;

  private final StringBuilder out = new StringBuilder();

  private ResultJson() {}

  /** Returns a result in the form that recordings have. */
  public static String of(Result result) {
    ResultJson json = new ResultJson();
    json.object(result);
    return json.out.toString();
  }

  private void object(Result result) {
    char separator = '{';
    for (Map.Entry<Field, Object> field : result.fields().entrySet()) {
      out.append(separator).append('"').append(field.getKey().json()).append("\":");
      value(field.getKey().form(), field.getValue());
      separator = ',';
    }
    out.append(separator == '{' ? "{}" : "}");
  }

  private void value(Field.Form form, Object value) {
    switch (value) {
      case Long number when form == Field.Form.HEX || form == Field.Form.HEXES ->
          out.append("\"0x").append(Long.toHexString(number)).append('"');
      case List<?> elements -> array(form, elements);
      case Result nested -> object(nested);
      case String text -> text(text);
      default -> out.append(value);
    }
  }

  private void array(Field.Form form, List<?> elements) {
    out.append('[');
    for (int i = 0; i < elements.size(); i++) {
      if (i > 0) {
        out.append(',');
      }
      value(form, elements.get(i));
    }
    out.append(']');
  }

  private void text(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char letter = text.charAt(i);
      if (letter == '"' || letter == '\\') {
        out.append('\\').append(letter);
      } else if (letter < FIRST_PRINTABLE) {
        out.append(' ');
      } else {
        out.append(letter);
      }
    }
    out.append('"');
  }
}
