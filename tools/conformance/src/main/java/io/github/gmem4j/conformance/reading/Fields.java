package io.github.gmem4j.conformance.reading;

import io.github.gmem4j.conformance.recording.Field;
import io.github.gmem4j.conformance.recording.Result;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one JSON object, to be taken out one by one: what is left in the end does not
 * belong there.
 */
final class Fields {
  // As many as any object of the format has, and then some.
  private static final int FEW = 16;

  private Field[] names = new Field[FEW];
  private @Nullable Object[] values = new Object[FEW];
  private int count;
  private int taken;
  private @Nullable String unknown;

  void put(Field field, Object value) {
    if (has(field)) {
      throw new MalformedLineException("field " + field.json() + " appears twice");
    }
    if (count == names.length) {
      names = Arrays.copyOf(names, 2 * count);
      values = Arrays.copyOf(values, 2 * count);
    }
    names[count] = field;
    values[count] = value;
    count++;
  }

  /** Notes a name that no field has; an error only once the operation is known to be supported. */
  void putUnknown(String name) {
    if (unknown == null) {
      unknown = name;
    }
  }

  boolean has(Field field) {
    return place(field) >= 0;
  }

  /** Takes a number of any form. */
  long number(Field field) {
    return (Long) take(field);
  }

  /** Takes a number that may be missing. */
  long number(Field field, long otherwise) {
    return has(field) ? number(field) : otherwise;
  }

  /** Takes an integer of a range, both ends included. */
  int integer(Field field, int least, int most) {
    long value = number(field);
    if (value < least || value > most) {
      throw new MalformedLineException(
          "field %s is %d, outside [%d, %d]".formatted(field.json(), value, least, most));
    }
    return (int) value;
  }

  String text(Field field) {
    return (String) take(field);
  }

  Fields object(Field field) {
    return (Fields) take(field);
  }

  /** Demands that every field was taken. */
  void finish(String owner) {
    if (unknown != null) {
      throw new MalformedLineException("unknown field " + unknown + " in " + owner);
    }
    for (int i = 0; taken < count && i < count; i++) {
      if (values[i] != null) {
        throw new MalformedLineException(
            "field " + names[i].json() + " does not belong to " + owner);
      }
    }
  }

  /** Takes all fields as a result. */
  Result result(String owner) {
    if (unknown != null) {
      throw new MalformedLineException("unknown field " + unknown + " in the result of " + owner);
    }
    if (has(Field.R)) {
      throw new MalformedLineException("field r appears in the result of " + owner);
    }
    return Result.read(names, values, count);
  }

  private Object take(Field field) {
    int place = place(field);
    Object value = place < 0 ? null : values[place];
    if (value == null) {
      throw new MalformedLineException("field " + field.json() + " is missing");
    }
    values[place] = null;
    taken++;
    return value;
  }

  private int place(Field field) {
    for (int i = 0; i < count; i++) {
      if (names[i] == field) {
        return i;
      }
    }
    return -1;
  }
}
