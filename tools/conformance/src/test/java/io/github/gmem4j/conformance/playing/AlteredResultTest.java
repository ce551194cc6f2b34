package io.github.gmem4j.conformance.playing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gmem4j.conformance.Disagreement;
import io.github.gmem4j.conformance.recording.Field;
import io.github.gmem4j.conformance.recording.Recorded;
import io.github.gmem4j.conformance.recording.RecordedLine;
import io.github.gmem4j.conformance.recording.RecordedSequence;
import io.github.gmem4j.conformance.recording.Recordings;
import io.github.gmem4j.conformance.recording.Result;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The comparison can fail: no field of any result can be altered without being found out. */
final class AlteredResultTest {
  /** One field of one recorded result. */
  record Place(Recorded recorded, RecordedLine<?> line, Field field) {
    @Override
    public String toString() {
      Path file = recorded.sequence().file().getFileName();
      return file + ", " + line.name() + ", " + field.json();
    }
  }

  /** Returns one place for each generation, operation, set of result fields, and field. */
  static Stream<Place> places() {
    Map<Object, Place> places = new LinkedHashMap<>();
    for (var file : List.of(Recordings.B, Recordings.C, Recordings.P)) {
      for (Recorded recorded : Recordings.sequences(file)) {
        for (RecordedLine<?> line : recorded.sequence().lines()) {
          Map<Field, Object> fields = line.recorded().fields();
          for (Field field : fields.keySet()) {
            var kind = List.of(file, line.name(), List.copyOf(fields.keySet()), field);
            places.putIfAbsent(kind, new Place(recorded, line, field));
          }
        }
      }
    }
    return places.values().stream();
  }

  /** Returns one conversion of a VMM for each of its sets of fields, and field. */
  static Stream<Place> placesInConversions() {
    Map<Object, Place> places = new LinkedHashMap<>();
    for (var file : List.of(Recordings.B, Recordings.C)) {
      for (Recorded recorded : Recordings.sequences(file)) {
        for (RecordedLine<?> line : recorded.sequence().lines()) {
          for (Result last : conversions(line)) {
            for (Field field : last.fields().keySet()) {
              var kind = List.of(file, List.copyOf(last.fields().keySet()), field);
              places.put(kind, new Place(recorded, line, field));
            }
          }
        }
      }
    }
    return places.values().stream();
  }

  @ParameterizedTest
  @MethodSource("places")
  void anAlteredFieldIsTheOneDisagreement(Place place) {
    Map<Field, Object> fields = new LinkedHashMap<>(place.line().recorded().fields());
    fields.compute(place.field(), (field, value) -> altered(value));

    assertIsTheOneDisagreement(place, Result.of(fields), place.field());
  }

  @ParameterizedTest
  @MethodSource("placesInConversions")
  void anAlteredFieldOfAConversionIsTheOneDisagreement(Place place) {
    List<Object> conversions = new ArrayList<>(conversions(place.line()));
    for (int i = 0; i < conversions.size(); i++) {
      Map<Field, Object> fields = new LinkedHashMap<>(((Result) conversions.get(i)).fields());
      fields.computeIfPresent(place.field(), (field, value) -> altered(value));
      conversions.set(i, Result.of(fields));
    }
    Map<Field, Object> fields = new LinkedHashMap<>(place.line().recorded().fields());
    fields.put(Field.CONVERSIONS, conversions);

    assertIsTheOneDisagreement(place, Result.of(fields), Field.CONVERSIONS);
  }

  @Test
  void aFieldTooManyAndAFieldTooFewAreDisagreements() {
    Place place = places().findFirst().orElseThrow();
    Map<Field, Object> fields = new LinkedHashMap<>(place.line().recorded().fields());
    fields.put(Field.GUEST_RAX, 0L);
    assertIsTheOneDisagreement(place, Result.of(fields), Field.GUEST_RAX);

    assertIsTheOneDisagreement(place, Result.of(Map.of()), place.field());
  }

  private static void assertIsTheOneDisagreement(Place place, Result wrong, Field field) {
    RecordedLine<?> line = place.line();

    List<Disagreement> found =
        SequencePlayer.play(altered(place.recorded(), (int) line.index(), wrong)).disagreements();

    assertEquals(1, found.size());
    assertEquals(line.number(), found.getFirst().line());
    assertEquals(line.index(), found.getFirst().index());
    assertEquals(line.name(), found.getFirst().operation());
    assertEquals(List.of(field.json()), found.getFirst().fields());
  }

  private static Recorded altered(Recorded recorded, int index, Result wrong) {
    return switch (recorded) {
      case Recorded.OfGuestMemory of ->
          new Recorded.OfGuestMemory(altered(of.sequence(), index, wrong));
      case Recorded.OfPkvm of -> new Recorded.OfPkvm(altered(of.sequence(), index, wrong));
    };
  }

  private static <S extends O, O> RecordedSequence<S, O> altered(
      RecordedSequence<S, O> sequence, int index, Result wrong) {
    List<RecordedLine<O>> lines = new ArrayList<>(sequence.lines());
    RecordedLine<O> line = lines.get(index);
    lines.set(
        index,
        new RecordedLine<>(line.number(), line.index(), line.name(), line.operation(), wrong));
    return new RecordedSequence<>(sequence.file(), sequence.number(), sequence.start(), lines);
  }

  private static List<Result> conversions(RecordedLine<?> line) {
    return line.recorded().fields().get(Field.CONVERSIONS) instanceof List<?> list
        ? list.stream().map(Result.class::cast).toList()
        : List.of();
  }

  private static Object altered(Object value) {
    return switch (value) {
      case Long number -> number ^ 1;
      case String text -> text.startsWith("0") ? "1" + text.substring(1) : "0" + text.substring(1);
      case List<?> list -> list.isEmpty() ? List.of(0L) : list.subList(1, list.size());
      default -> throw new AssertionError("no field has such a value: " + value);
    };
  }
}
