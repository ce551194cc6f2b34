package io.github.gmem4j.conformance.lockstep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.conformance.operation.ConversionOperation;
import io.github.gmem4j.conformance.operation.GuestOperation;
import io.github.gmem4j.conformance.operation.Operation;
import io.github.gmem4j.conformance.operation.SlotOperation;
import io.github.gmem4j.conformance.operation.StartVm;
import io.github.gmem4j.conformance.playing.GuestMemoryPlayer;
import io.github.gmem4j.conformance.playing.Player;
import io.github.gmem4j.conformance.random.Menu;
import io.github.gmem4j.conformance.random.RandomSequence;
import io.github.gmem4j.conformance.recording.Field;
import io.github.gmem4j.conformance.recording.Result;
import io.github.gmem4j.conformance.recording.ResultBuilder;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class LockStepTest {
  private static final int LENGTH = 300;

  private final Answers answers = new Answers();

  private static RandomSequence sequence(long seed) {
    return new RandomSequence(seed, VmType.SW_PROTECTED, Menu.complete());
  }

  private LockStep.Outcome play(Function<StartVm, Player> kernel, long seed) {
    return new LockStep(GuestMemoryPlayer::inMemoryLikeReal, kernel)
        .play(sequence(seed), LENGTH, answers);
  }

  /** Answers as the engine does, but for one operation. */
  private record Altered(Player player, Predicate<Operation> which, Function<Result, Result> how)
      implements Player {
    @Override
    public Result play(Operation operation) {
      Result result = player.play(operation);
      return which.test(operation) ? how.apply(result) : result;
    }

    @Override
    public void close() {
      player.close();
    }
  }

  private static Function<StartVm, Player> altered(
      Predicate<Operation> which, Function<Result, Result> how) {
    return start -> new Altered(GuestMemoryPlayer.inMemoryLikeReal(start), which, how);
  }

  @Test
  void twoEnginesAgreeToTheEnd() {
    for (long seed = 0; seed < 20; seed++) {
      assertEquals(
          new LockStep.Outcome(LENGTH, Optional.empty()),
          play(GuestMemoryPlayer::inMemoryLikeReal, seed));
    }
    long counted =
        answers.counts().values().stream()
            .flatMap(kinds -> kinds.values().stream())
            .mapToLong(Long::longValue)
            .sum();
    assertEquals(20L * LENGTH, counted);
    assertTrue(kinds("convert").containsAll(Set.of("ok", "EINVAL")));
    assertTrue(kinds("guest_read").containsAll(Set.of("HLT", "MEMORY_FAULT", "MMIO")));
  }

  private Set<String> kinds(String operation) {
    return answers.counts().getOrDefault(operation, new TreeMap<>()).keySet();
  }

  @Test
  void aPlantedDifferenceEndsTheSequenceAndIsReported() {
    Predicate<Operation> convert =
        operation -> operation instanceof ConversionOperation.OfVm of && of.flags() == 0;
    LockStep.Outcome outcome = play(altered(convert, result -> Result.failed(Errno.ENOMEM)), 3);
    LockStep.Difference difference = outcome.difference().orElseThrow();

    List<Operation> operations = Stream.generate(sequence(3)::next).limit(LENGTH).toList();
    int first =
        IntStream.range(0, LENGTH)
            .filter(i -> convert.test(operations.get(i)))
            .findFirst()
            .orElseThrow();
    assertEquals(first, difference.index());
    assertEquals(first + 1, outcome.operations());
    assertEquals(operations.get(first), difference.operation());
    assertEquals("{\"ret\":-1,\"errno\":\"ENOMEM\"}", difference.kernel());
    assertNotEquals(difference.kernel(), difference.engine());
  }

  @Test
  void oneByteThatDiffersIsFound() {
    LockStep.Outcome outcome =
        play(
            altered(
                operation -> operation instanceof GuestOperation.Load,
                result ->
                    "HLT".equals(result.fields().get(Field.EXIT))
                        ? new ResultBuilder().with(Field.EXIT, "HLT").with(Field.VALUE, 256).build()
                        : result),
            4);
    assertTrue(outcome.difference().orElseThrow().kernel().contains("256"));
  }

  @Test
  void whatIsThrownAgreesWithNothing() {
    Function<StartVm, Player> broken =
        altered(
            operation -> operation instanceof SlotOperation,
            result -> {
              throw new IllegalStateException("broken");
            });
    LockStep.Difference difference =
        new LockStep(broken, broken).play(sequence(1), LENGTH, answers).difference().orElseThrow();
    assertEquals(difference.engine(), difference.kernel());
    assertTrue(difference.kernel().contains("broken"));
  }
}
