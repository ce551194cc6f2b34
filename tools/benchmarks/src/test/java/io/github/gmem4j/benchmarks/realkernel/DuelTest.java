package io.github.gmem4j.benchmarks.realkernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.benchmarks.results.Results.Measurement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DuelTest {
  /** Takes the same time for every round of a turn: the next of some times. */
  private static Contender taking(String name, List<String> turns, double... times) {
    return (part, rounds) -> {
      double[] took = new double[rounds];
      Arrays.fill(took, times[(int) turns.stream().filter(name::equals).count()]);
      turns.add(name);
      return took;
    };
  }

  @Test
  void theBeginnerChangesFromTurnToTurn() {
    List<String> turns = new ArrayList<>();
    Duel.fight(taking("c", turns, 1, 1, 1, 1), taking("java", turns, 1, 1, 1, 1), Part.MMAP, 1, 4);
    assertEquals(List.of("c", "java", "java", "c", "c", "java", "java", "c"), turns);
  }

  @Test
  void eachRepetitionHasItsRatioOfMedians() {
    List<String> turns = new ArrayList<>();
    Duel duel =
        Duel.fight(
            taking("c", turns, 100, 100, 100, 200, 200, 200, 400, 400, 400),
            taking("java", turns, 110, 9_999, 90, 300, 250, 100, 400, 400, 400),
            Part.TOUCH,
            3,
            3);
    // One turn that was disturbed is not a median's business.
    assertEquals(new Spread(1, 1.1, 1.25), duel.ratio());
    assertEquals(new Spread(100, 200, 400), duel.c());
    assertEquals(new Spread(110, 250, 400), duel.java());
  }

  @Test
  void theTableHasAVerdictForEachPart() {
    Map<Part, Duel> duels = new EnumMap<>(Part.class);
    duels.put(Part.CREATE, new Duel(List.of(new Duel.Repetition(2000, 2300))));
    duels.put(Part.CYCLE, new Duel(List.of(new Duel.Repetition(2000, 2302))));
    List<String> table = DuelReport.table(duels);
    assertEquals(3, table.size());
    assertEquals(
        "create       2.00 us     2.30 us   1.150  1.150 to 1.150   at most 1.15: pass",
        table.get(1));
    assertTrue(table.get(2).startsWith("cycle ") && table.get(2).endsWith("FAIL"), table.get(2));
  }

  @Test
  void everyFigureOfTheTableIsKept() {
    Map<Part, Duel> duels =
        Map.of(
            Part.PUNCH,
            new Duel(List.of(new Duel.Repetition(100, 105), new Duel.Repetition(100, 103))));
    assertEquals(
        List.of(
            new Measurement("punch", "2MiB", "C", 100),
            new Measurement("punch", "2MiB", "Java", 104),
            new Measurement("punch", "2MiB", "Java/C", (1.05 + 1.03) / 2),
            new Measurement("punch", "2MiB", "Java/C least", 1.03),
            new Measurement("punch", "2MiB", "Java/C greatest", 1.05)),
        DuelReport.measurements(duels, "2MiB"));
  }

  @Test
  void spreadsOfOddAndEvenNumbersOfFigures() {
    assertEquals(new Spread(1, 2, 9), Spread.of(9, 1, 2));
    assertEquals(new Spread(1, 2.5, 9), Spread.of(9, 3, 1, 2));
    assertEquals(new Spread(7, 7, 7), Spread.of(7));
    assertThrows(IllegalArgumentException.class, Spread::of);
  }
}
