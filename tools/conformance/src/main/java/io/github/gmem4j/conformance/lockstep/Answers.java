package io.github.gmem4j.conformance.lockstep;

import io.github.gmem4j.conformance.operation.Operation;
import io.github.gmem4j.conformance.operation.OperationNames;
import io.github.gmem4j.conformance.recording.Field;
import io.github.gmem4j.conformance.recording.Result;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Counts answers by operation and kind. Not thread-safe. */
public final class Answers {
  private final SortedMap<String, SortedMap<String, Long>> counts = new TreeMap<>();

  /** Counts one. */
  void add(Operation operation, Result result) {
    counts
        .computeIfAbsent(OperationNames.of(operation), name -> new TreeMap<>())
        .merge(kind(result), 1L, Long::sum);
  }

  /** An exit's name, a signal's, an errno's, or {@code ok}. */
  private static String kind(Result result) {
    Map<Field, Object> fields = result.fields();
    Object told = "ok";
    for (Field field : List.of(Field.EXIT, Field.SIG, Field.ERRNO)) {
      Object value = fields.get(field);
      if (value != null) {
        told = value;
        break;
      }
    }
    return told.toString();
  }

  /** Returns, for each operation, how often each kind of answer came. */
  public SortedMap<String, SortedMap<String, Long>> counts() {
    return counts;
  }
}
