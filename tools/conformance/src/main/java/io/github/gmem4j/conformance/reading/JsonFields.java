package io.github.gmem4j.conformance.reading;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.github.gmem4j.conformance.recording.Field;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads one JSON object, token by token, into {@link Fields}. */
final class JsonFields {
  private static final int MOST_HEX_DIGITS = 16;
  private static final int DECIMAL = 10;

  private final JsonParser parser;

  JsonFields(JsonParser parser) {
    this.parser = parser;
  }

  /** Reads the rest of an object whose opening brace was read. */
  Fields read() throws IOException {
    Fields fields = new Fields();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      Field field = Field.named(name);
      if (field == null) {
        fields.putUnknown(name);
        parser.skipChildren();
      } else {
        fields.put(field, value(field));
      }
    }
    return fields;
  }

  private Object value(Field field) throws IOException {
    return switch (field.form()) {
      case COUNT -> count(field);
      case HEX -> hex(field);
      case TEXT -> {
        demand(JsonToken.VALUE_STRING, field);
        yield parser.getText();
      }
      case HEXES -> {
        demand(JsonToken.START_ARRAY, field);
        List<Long> elements = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          elements.add(hex(field));
          checkCount(elements, field);
        }
        yield elements;
      }
      case COUNT_OR_COUNTS -> {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
          yield count(field);
        }
        List<Long> elements = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          elements.add(count(field));
          checkCount(elements, field);
        }
        yield elements;
      }
      case OBJECT -> {
        demand(JsonToken.START_OBJECT, field);
        yield read();
      }
      case OBJECTS -> {
        demand(JsonToken.START_ARRAY, field);
        List<Object> elements = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          demand(JsonToken.START_OBJECT, field);
          elements.add(read().result(field.json()));
          checkCount(elements, field);
        }
        yield elements;
      }
    };
  }

  private static void checkCount(List<?> elements, Field field) {
    if (elements.size() > Inputs.MOST_PAGES) {
      throw new MalformedLineException(
          "field " + field.json() + " has more than " + Inputs.MOST_PAGES + " elements");
    }
  }

  private Long count(Field field) throws IOException {
    demand(JsonToken.VALUE_NUMBER_INT, field);
    return parser.getLongValue();
  }

  private Long hex(Field field) throws IOException {
    demand(JsonToken.VALUE_STRING, field);
    char[] text = parser.getTextCharacters();
    int from = parser.getTextOffset();
    int length = parser.getTextLength();
    if (length < 3 || length > 2 + MOST_HEX_DIGITS || text[from] != '0' || text[from + 1] != 'x') {
      throw wrongForm(field);
    }
    long value = 0;
    for (int i = from + 2; i < from + length; i++) {
      value = value << 4 | digit(text[i], field);
    }
    return value;
  }

  private static int digit(char letter, Field field) {
    if (letter >= '0' && letter <= '9') {
      return letter - '0';
    }
    if (letter >= 'a' && letter <= 'f') {
      return letter - 'a' + DECIMAL;
    }
    if (letter >= 'A' && letter <= 'F') {
      return letter - 'A' + DECIMAL;
    }
    throw wrongForm(field);
  }

  private void demand(JsonToken token, Field field) {
    if (parser.currentToken() != token) {
      throw wrongForm(field);
    }
  }

  private static MalformedLineException wrongForm(Field field) {
    return new MalformedLineException(
        "field " + field.json() + " is not " + field.form().description());
  }
}
