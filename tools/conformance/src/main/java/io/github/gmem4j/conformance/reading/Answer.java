package io.github.gmem4j.conformance.reading;

import io.github.gmem4j.conformance.recording.Field;
import io.github.gmem4j.conformance.recording.Result;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a line says came of its operation. That it is what the operation must yield is for the
 * replay to say; here is what no kernel can have answered.
 *
 * @param result the fields of {@code r}
 */
record Answer(Result result) {
  private static final long FAILED = -1;
  private static final int LARGEST_BYTE = 0xff;

  /**
   * Checks what holds for every operation: a call fails with an errno or returns without, a byte
   * arrives or a signal does.
   *
   * @throws MalformedLineException if it does not
   */
  Answer checked() {
    boolean hasErrno = has(Field.ERRNO);
    if (has(Field.RET) && hasErrno != failed()) {
      throw contradiction(
          "ret is %s and there is %s errno".formatted(get(Field.RET), hasErrno ? "an" : "no"));
    }
    if (hasErrno && !has(Field.RET) && !has(Field.EXIT)) {
      throw contradiction("there is an errno and nothing that failed");
    }
    if (has(Field.VALUE) && (has(Field.SIG) || hasErrno)) {
      throw contradiction("there is a value, and the access failed");
    }
    if (get(Field.VALUE) instanceof Long value && (value < 0 || value > LARGEST_BYTE)) {
      throw contradiction("value is " + value + ", not a byte");
    }
    return this;
  }

  boolean has(Field field) {
    return get(field) != null;
  }

  /** Tells whether the call returned an error. */
  boolean failed() {
    return Objects.equals(get(Field.RET), FAILED);
  }

  @Nullable Object get(Field field) {
    return result.find(field);
  }

  /** Checks how many elements a list or a text has that may be missing. */
  void hasAsMany(Field field, long elements) {
    Object said = get(field);
    long count =
        switch (said) {
          case String text -> text.length();
          case List<?> list -> list.size();
          case null, default -> elements;
        };
    if (count != elements) {
      throw contradiction("%s has %d elements, not %d".formatted(field.json(), count, elements));
    }
  }

  static MalformedLineException contradiction(String what) {
    return new MalformedLineException("the recording contradicts itself: " + what);
  }
}
