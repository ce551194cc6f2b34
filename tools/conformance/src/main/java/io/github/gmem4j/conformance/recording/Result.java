package io.github.gmem4j.conformance.recording;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.Signal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What one operation yielded: the fields of {@code r}, recorded or played.
 *
 * <p>Numbers of every form are {@link Long}s, texts are {@link String}s, arrays are {@link List}s
 * and a list of objects is a list of results. Two results are equal when they have the same fields
 * with the same values, in whatever order. Immutable.
 */
public final class Result {
  private static final Result SUCCESS = new ResultBuilder().with(Field.RET, 0).build();

  // A handful of fields, a million results: two short arrays are cheaper than any map.
  private final Field[] fields;
  private final Object[] values;

  Result(Field[] fields, Object[] values, int count) {
    this.fields = Arrays.copyOf(fields, count);
    this.values = Arrays.copyOf(values, count);
  }

  /** Returns the result with these fields, in this order. */
  public static Result of(Map<Field, Object> fields) {
    return new Result(
        fields.keySet().toArray(Field[]::new), fields.values().toArray(), fields.size());
  }

  /**
   * Returns the result with the fields that were read.
   *
   * @param fields their names, in order
   * @param values their values, none of them null
   * @param count how many of the elements count
   */
  public static Result read(Field[] fields, @Nullable Object[] values, int count) {
    Object[] present = new Object[count];
    for (int i = 0; i < count; i++) {
      present[i] = Objects.requireNonNull(values[i]);
    }
    return new Result(fields, present, count);
  }

  /** Returns {@code ret: 0}. */
  public static Result success() {
    return SUCCESS;
  }

  /** Returns {@code ret}. */
  public static Result returned(long ret) {
    return new ResultBuilder().with(Field.RET, ret).build();
  }

  /** Returns {@code ret: -1} with an errno. */
  public static Result failed(Errno errno) {
    return new ResultBuilder().failure(errno).build();
  }

  /** Returns success, or the errno of a kernel call. */
  public static Result of(KernelResult<?> answer) {
    return answer instanceof KernelResult.Failed<?> failed ? failed(failed.errno()) : SUCCESS;
  }

  /** Returns the one byte that was loaded or stored. */
  public static Result value(int unsignedByte) {
    return new ResultBuilder().with(Field.VALUE, unsignedByte).build();
  }

  /** Returns the signal that answered a host access. */
  public static Result signalled(Signal signal) {
    return new ResultBuilder().with(Field.SIG, signal.name()).build();
  }

  /** Returns a result for something that no recording can hold, so that it agrees with none. */
  public static Result unrecordable(String what) {
    return new ResultBuilder().with(Field.EXIT, what).build();
  }

  /** Returns the value of a field, null if there is none. */
  public @Nullable Object find(Field field) {
    for (int i = 0; i < fields.length; i++) {
      if (fields[i] == field) {
        return values[i];
      }
    }
    return null;
  }

  /** Returns the fields with their values, in the order in which they are written. */
  public Map<Field, Object> fields() {
    Map<Field, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < fields.length; i++) {
      map.put(fields[i], values[i]);
    }
    return Collections.unmodifiableMap(map);
  }

  /** Returns the fields that differ between this result and another, in the order of the format. */
  public List<Field> differingFields(Result other) {
    TreeSet<Field> differing = new TreeSet<>();
    differing.addAll(notIn(other));
    differing.addAll(other.notIn(this));
    return List.copyOf(differing);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Result result
        && fields.length == result.fields.length
        && notIn(result).isEmpty();
  }

  @Override
  public int hashCode() {
    int hash = 0;
    for (int i = 0; i < fields.length; i++) {
      hash += fields[i].hashCode() ^ values[i].hashCode();
    }
    return hash;
  }

  @Override
  public String toString() {
    return fields().toString();
  }

  private List<Field> notIn(Result other) {
    List<Field> missing = List.of();
    for (int i = 0; i < fields.length; i++) {
      if (!values[i].equals(other.find(fields[i]))) {
        missing = missing.isEmpty() ? new ArrayList<>() : missing;
        missing.add(fields[i]);
      }
    }
    return missing;
  }
}
