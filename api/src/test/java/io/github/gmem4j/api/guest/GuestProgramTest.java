package io.github.gmem4j.api.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Gpa;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Programs are values. */
class GuestProgramTest {
  private static final GuestAction TOUCH = new GuestAction.Touch(new Gpa(0), Shareability.SHARED);

  @Test
  void actionsAreCopied() {
    List<GuestAction> actions = new ArrayList<>(List.of(TOUCH));
    GuestProgram program = new GuestProgram(actions);
    actions.clear();

    assertEquals(GuestProgram.of(TOUCH), program);
  }

  @Test
  void programMayBeEmpty() {
    assertEquals(List.of(), GuestProgram.of().actions());
  }
}
