package io.github.gmem4j.conformance.recording;

import io.github.gmem4j.api.memory.Errno;
import java.util.List;

/** Collects the fields of one {@link Result}, in the order in which they shall be written. */
public final class ResultBuilder {
  private static final int MOST_FIELDS = 12;

  private final Field[] fields = new Field[MOST_FIELDS];
  private final Object[] values = new Object[MOST_FIELDS];
  private int count;

  /** Adds a number. */
  public ResultBuilder with(Field field, long number) {
    return add(field, number);
  }

  /** Adds a text. */
  public ResultBuilder with(Field field, String text) {
    return add(field, text);
  }

  /** Adds an array of numbers or of results. */
  public ResultBuilder with(Field field, List<?> elements) {
    return add(field, List.copyOf(elements));
  }

  /** Adds {@code ret: -1} and an errno. */
  public ResultBuilder failure(Errno errno) {
    return with(Field.RET, -1).with(Field.ERRNO, errno.name());
  }

  /** Returns the result. */
  public Result build() {
    return new Result(fields, values, count);
  }

  private ResultBuilder add(Field field, Object value) {
    fields[count] = field;
    values[count] = value;
    count++;
    return this;
  }
}
