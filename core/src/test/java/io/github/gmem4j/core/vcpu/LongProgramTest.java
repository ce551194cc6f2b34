package io.github.gmem4j.core.vcpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.core.World;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A program of a million actions ends: what one action costs does not grow with those before it.
 * With a cost that grows it would run for an hour.
 */
class LongProgramTest {
  private static final int ACTIONS = 1_000_000;

  @Test
  @Timeout(120)
  void programOfAMillionActionsEnds() {
    World world = World.inPlace();
    GuestAction touch = new GuestAction.Touch(World.gpa(0), Shareability.PRIVATE);
    Vcpu vcpu = world.vm().createVcpu(new GuestProgram(Collections.nCopies(ACTIONS, touch)));

    assertEquals(new Exit.Halt(), vcpu.run());

    List<ActionResult> results = vcpu.results();
    assertEquals(Collections.nCopies(ACTIONS, new ActionResult.Touched()), results);
    vcpu.load(GuestProgram.of());
    assertEquals(ACTIONS, results.size(), "a snapshot stays what it was");
    assertEquals(List.of(), vcpu.results());
  }
}
