package io.github.gmem4j.core.vm;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.core.World;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A mark lives as long as its request: the newest of two that contradict stands. */
class GuestRequestsTest {
  private static final GpaRange FIRST_TWO = World.gpas(0, 2);
  private static final GpaRange SECOND = World.gpas(1, 1);
  private static final GpaRange THIRD = World.gpas(2, 1);

  private final GuestRequests requests = new GuestRequests();

  @Test
  void newerContradictingRequestOvertakes() {
    requests.open(0, FIRST_TWO, Shareability.PRIVATE);
    assertTrue(requests.stands(0));

    requests.overtake(1, SECOND, Shareability.SHARED);

    assertFalse(requests.stands(0));
    assertTrue(requests.stands(1));
  }

  @Test
  void neitherTheSameStateNorOtherFramesNorOnesOwnRequestOvertake() {
    requests.open(0, FIRST_TWO, Shareability.PRIVATE);

    requests.overtake(1, SECOND, Shareability.PRIVATE);
    requests.overtake(1, THIRD, Shareability.SHARED);
    requests.overtake(0, SECOND, Shareability.SHARED);

    assertTrue(requests.stands(0));
  }

  @Test
  void requestThatIsAskedAgainStaysOvertaken() {
    requests.open(0, FIRST_TWO, Shareability.PRIVATE);
    requests.overtake(1, SECOND, Shareability.SHARED);

    requests.open(0, FIRST_TWO, Shareability.PRIVATE);

    assertFalse(requests.stands(0));
  }

  @Test
  void anotherRequestOfTheVcpuStandsAnew() {
    requests.open(0, FIRST_TWO, Shareability.PRIVATE);
    requests.overtake(1, SECOND, Shareability.SHARED);

    requests.open(0, THIRD, Shareability.PRIVATE);

    assertTrue(requests.stands(0));
  }

  @Test
  void rangeThatIsNoneTakesTheMarkOfTheRequestBeforeWithIt() {
    requests.open(0, FIRST_TWO, Shareability.PRIVATE);
    requests.overtake(1, SECOND, Shareability.SHARED);

    requests.open(0, GpaRange.of(World.BASE, 0), Shareability.PRIVATE);

    assertTrue(requests.stands(0));
  }

  @Test
  void closedRequestLeavesNoMark() {
    requests.open(0, FIRST_TWO, Shareability.PRIVATE);
    requests.overtake(1, SECOND, Shareability.SHARED);

    requests.close(0);
    requests.open(0, FIRST_TWO, Shareability.PRIVATE);

    assertTrue(requests.stands(0));
  }

  @Test
  @Timeout(120)
  void markDoesNotOutliveARequestThatIsClosedBesideIt() throws Exception {
    int rounds = 100_000;
    CyclicBarrier round = new CyclicBarrier(2);
    try (ExecutorService other = Executors.newSingleThreadExecutor()) {
      Future<?> overtaking =
          other.submit(() -> {
            for (int i = 0; i < rounds; i++) {
              round.await();
              requests.overtake(1, SECOND, Shareability.SHARED);
              round.await();
            }
            return null;
          });
      for (int i = 0; i < rounds; i++) {
        requests.open(0, FIRST_TWO, Shareability.PRIVATE);
        round.await();
        requests.close(0);
        round.await();
        assertTrue(requests.stands(0), "round " + i);
      }
      overtaking.get();
    }
  }
}
