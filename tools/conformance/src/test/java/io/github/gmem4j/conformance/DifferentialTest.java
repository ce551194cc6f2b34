package io.github.gmem4j.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.conformance.operation.MemoryOperation;
import io.github.gmem4j.conformance.operation.Operation;
import io.github.gmem4j.conformance.operation.StartVm;
import io.github.gmem4j.conformance.playing.GuestMemoryPlayer;
import io.github.gmem4j.conformance.playing.Player;
import io.github.gmem4j.conformance.random.Move;
import io.github.gmem4j.conformance.recording.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class DifferentialTest {
  private static final Map<Move, String> NOTHING = Map.of();

  /** Stands in for the kernel. */
  private static Player engine(StartVm start) {
    return GuestMemoryPlayer.inMemoryLikeReal(start);
  }

  /** A kernel that refuses to punch a hole at the start of a memory. */
  private record Refusing(Player player) implements Player {
    @Override
    public Result play(Operation operation) {
      return operation instanceof MemoryOperation.Fallocate(int g, int mode, ByteRange range)
              && mode == 3
              && range.start().value() == 0
          ? Result.failed(Errno.ENOSPC)
          : player.play(operation);
    }

    @Override
    public void close() {
      player.close();
    }
  }

  private static DifferentialReport refusing(long seed, long operations) {
    return Differential.of(VmType.SW_PROTECTED, seed, operations)
        .run(start -> new Refusing(engine(start)), NOTHING);
  }

  @Test
  void doesAsManyOperationsAsAsked() {
    List<Long> heard = new ArrayList<>();
    DifferentialReport report =
        Differential.of(VmType.SW_PROTECTED, 1, 1100)
            .onProgress((operations, disagreements) -> heard.add(operations))
            .run(DifferentialTest::engine, NOTHING);
    assertEquals(1100, report.operations());
    assertEquals(5, report.sequences());
    assertTrue(report.agreed());
    assertEquals(List.of(250L, 500L, 750L, 1000L, 1100L), heard);
    assertEquals(
        1100,
        report.answers().values().stream()
            .flatMap(kinds -> kinds.values().stream())
            .mapToLong(Long::longValue)
            .sum());
  }

  @Test
  void theCommandOfADisagreementMeetsItAgain() {
    DifferentialReport report = refusing(77, 5000);
    assertTrue(report.disagreements().size() > 3, report.disagreements().toString());
    for (DifferentialDisagreement disagreement : report.disagreements()) {
      assertEquals("fallocate", disagreement.operation());
      assertEquals("{\"ret\":-1,\"errno\":\"ENOSPC\"}", disagreement.kernel());
      long operations = disagreement.index() + 1;
      assertEquals(
          "./gmem differential --vm-type SW_PROTECTED --seed %d --operations %d"
              .formatted(disagreement.seed(), operations),
          disagreement.command());
      DifferentialReport again = refusing(disagreement.seed(), operations);
      assertEquals(List.of(disagreement), again.disagreements());
      assertEquals(1, again.sequences());
    }
  }

  @Test
  void aRunOfOtherSeedsDoesOtherThings() {
    assertNotEquals(refusing(1, 1000).answers(), refusing(2, 1000).answers());
    assertTrue(Differential.follower(-5) >= 0);
  }

  @Test
  void whatIsLeftOutIsNotDoneAndNamed() {
    DifferentialReport report =
        Differential.of(VmType.DEFAULT, 1, 2000)
            .run(
                DifferentialTest::engine,
                Map.of(Move.HYPERCALL, "no calls", Move.HYPERCALL_ILLEGAL, "no calls"));
    assertEquals(
        Map.of("hypercall", "no calls", "hypercall_illegal", "no calls"), report.leftOut());
    assertFalse(report.answers().containsKey("guest_hypercall"));
  }

  @Test
  void noOperationsAreNoRun() {
    assertThrows(IllegalArgumentException.class, () -> Differential.of(VmType.SW_PROTECTED, 1, 0));
  }
}
