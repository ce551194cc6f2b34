package io.github.gmem4j.testkit.value;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.GuestFault;
import io.github.gmem4j.api.policy.Settlement;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.testkit.world.GuestWorld;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A kind that is added to the API must be added here, too. */
class ValuesLeaveNoKindOutTest {
  @Test
  void outcomes() {
    assertCovers(ConversionOutcome.class, Outcomes.ofEachKind(Shareability.PRIVATE));
  }

  @Test
  void exits() {
    assertCovers(
        Exit.class,
        Stream.concat(
                Exits.aboutMemory(GuestWorld.gpas(0, 1)).stream(),
                Exits.aboutOtherThings().stream())
            .toList());
  }

  @Test
  void replies() {
    assertCovers(Reply.class, Replies.ofEachKind());
  }

  @Test
  void settlements() {
    assertCovers(
        Settlement.class,
        Settlements.ofEachKind(Wishes.ofTheKernel(GuestWorld.gpas(0, 1), Shareability.PRIVATE)));
  }

  @Test
  void causesOfFaults() {
    Set<GuestFault.Cause> causes =
        GuestFaults.ofEachCause(new Gfn(1)).stream()
            .map(GuestFault::cause)
            .collect(Collectors.toCollection(() -> EnumSet.noneOf(GuestFault.Cause.class)));
    assertEquals(EnumSet.complementOf(EnumSet.of(GuestFault.Cause.WITHHELD)), causes);
  }

  private static <T> void assertCovers(Class<T> sealed, Collection<? extends T> values) {
    assertEquals(
        Arrays.stream(sealed.getPermittedSubclasses()).collect(Collectors.toSet()),
        values.stream().map(Object::getClass).collect(Collectors.toSet()));
  }
}
