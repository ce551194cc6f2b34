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
  void theBeginnerChangesFromPairToPair() {
    List<String> turns = new ArrayList<>();
    Duel.fight(taking("c", turns, 1, 1, 1, 1), taking("java", turns, 1, 1, 1, 1), Part.MMAP, 4);
    assertEquals(List.of("c", "java", "java", "c", "c", "java", "java", "c"), turns);
  }

  @Test
  void eachPairHasItsRatio() {
    List<String> turns = new ArrayList<>();
    Duel duel =
        Duel.fight(
            taking("c", turns, 100, 200, 400, 100, 100),
            taking("java", turns, 110, 250, 400, 9_999, 105),
            Part.TOUCH,
            5);
    // One turn that was disturbed is not a median's business.
    assertEquals(new Spread(1.05, 1.1, 1.25), duel.ratio());
    assertEquals(new Spread(100, 100, 200), duel.c());
    assertEquals(new Spread(110, 250, 400), duel.java());
  }

  @Test
  void theTableHasAVerdictForEachPart() {
    Map<Part, Duel> duels = new EnumMap<>(Part.class);
    duels.put(Part.CREATE, new Duel(List.of(new Duel.Pair(2000, 2300))));
    duels.put(Part.CYCLE, new Duel(List.of(new Duel.Pair(2000, 2302))));
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
        Map.of(Part.PUNCH, new Duel(List.of(new Duel.Pair(100, 150), new Duel.Pair(100, 125))));
    assertEquals(
        List.of(
            new Measurement("punch", "2MiB", "C", 100),
            new Measurement("punch", "2MiB", "Java", 137.5),
            new Measurement("punch", "2MiB", "Java/C", 1.375),
            new Measurement("punch", "2MiB", "Java/C lower quartile", 1.3125),
            new Measurement("punch", "2MiB", "Java/C upper quartile", 1.4375)),
        DuelReport.measurements(duels, "2MiB"));
  }

  @Test
  void spreadsOfOddAndEvenNumbersOfFigures() {
    assertEquals(new Spread(2, 3, 4), Spread.of(9, 1, 2, 4, 3));
    assertEquals(new Spread(1.75, 2.5, 4.5), Spread.of(9, 3, 1, 2));
    assertEquals(new Spread(7, 7, 7), Spread.of(7));
    assertThrows(IllegalArgumentException.class, Spread::of);
  }
}
