package org.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.participant.Participant;
import io.github.gmem4j.api.participant.PlannedConversion;
import io.github.gmem4j.api.participant.Preparation;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import io.github.gmem4j.testkit.value.PlannedConversions;
import io.github.gmem4j.testkit.world.GuestRun;
import io.github.gmem4j.testkit.world.GuestWorld;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mockito.InOrder;

/** The participant is a mock; engine, policy and values are real. */
class ParticipantIsAskedFirstTest {
  private static final GuestAction TAKE_BACK =
      new GuestAction.Request(GuestWorld.gpas(2, 1), Shareability.PRIVATE);

  private final Participant driver = mock(Participant.class);

  @BeforeEach
  void nameTheDriver() {
    when(driver.name()).thenReturn("driver");
  }

  private GuestWorld world() {
    return GuestWorld.of(SoftwareProtectedPolicy.create())
        .initially(Shareability.SHARED)
        .participants(driver)
        .build();
  }

  @Test
  void itPreparesAndThenCommitsThePagesThatTheGuestTakesBack() {
    when(driver.prepare(any())).thenReturn(Preparation.READY);
    GuestWorld world = world();

    GuestRun run = world.run(world.vcpu(), GuestRun.MANY, TAKE_BACK);

    assertTrue(run.succeeded(), run::toString);
    PlannedConversion planned =
        PlannedConversions.of(world.memory())
            .boundAt(GuestWorld.gfn(0))
            .pages(2, 1)
            .to(Shareability.PRIVATE)
            .build();
    InOrder inOrder = inOrder(driver);
    inOrder.verify(driver).prepare(planned);
    inOrder.verify(driver).commit(planned);
    verify(driver, never()).abort(any());
  }

  @Test
  void theVcpuIsHeldWhileItNeedsTime() {
    Duration hint = Duration.ofMillis(7);
    when(driver.prepare(any()))
        .thenReturn(new Preparation.NeedsTime(hint))
        .thenReturn(Preparation.READY);
    GuestWorld world = world();

    world.run(world.vcpu(), GuestRun.MANY, TAKE_BACK);

    assertEquals(hint, world.clock().elapsed());
    assertEquals(Shareability.PRIVATE, world.stateOf(2));
  }

  @Test
  void nothingIsConvertedIfItRefuses() {
    when(driver.prepare(any())).thenReturn(new Preparation.Refused("in use"));
    GuestWorld world = world();

    GuestRun run = world.run(world.vcpu(), GuestRun.MANY, TAKE_BACK);

    assertEquals(Shareability.SHARED, world.stateOf(2), run::toString);
    verify(driver, never()).commit(any());
  }
}
