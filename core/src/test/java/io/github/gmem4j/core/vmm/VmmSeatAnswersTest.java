package io.github.gmem4j.core.vmm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.AfterPartial;
import io.github.gmem4j.api.policy.ImplicitRule;
import io.github.gmem4j.api.policy.RetryRule;
import io.github.gmem4j.api.policy.VmmSeat;
import io.github.gmem4j.api.policy.Wish;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.core.World;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A VMM seat that nobody taught an answer: the exception names the method. */
class VmmSeatAnswersTest {
  private final VmmSeat seat = mock(VmmSeat.class);
  private final Vmm vmm = new Vmm(seat);

  VmmSeatAnswersTest() {
    when(seat.wish(any()))
        .thenReturn(new Wish.Convert(World.gpas(0, 2), Shareability.PRIVATE, Wish.Origin.EXPLICIT));
    when(seat.retryRule(any())).thenReturn(RetryRule.GIVE_UP);
    when(seat.implicitRule()).thenReturn(ImplicitRule.CONVERT);
    when(seat.afterPartial(any())).thenReturn(AfterPartial.KEEP);
    when(seat.reply(any(), any())).thenReturn(Reply.RESUME);
  }

  @Test
  void seatThatAnswersEverythingWorks() {
    assertEquals(Optional.of(Reply.RESUME), answer());
    assertEquals("PPSSSSSSSSSSSSSS", vmm.world().states());
  }

  @Test
  void wish() {
    when(seat.wish(any())).thenReturn(null);
    assertNames("wish");
  }

  @Test
  void retryRule() {
    when(seat.retryRule(any())).thenReturn(null);
    assertNames("retryRule");
    assertEquals("S".repeat(16), vmm.world().states());
  }

  @Test
  void implicitRule() {
    when(seat.implicitRule()).thenReturn(null);
    assertNames("implicitRule");
  }

  @Test
  void afterPartial() {
    when(seat.afterPartial(any())).thenReturn(null);
    assertNames("afterPartial");
  }

  @Test
  void reply() {
    when(seat.reply(any(), any())).thenReturn(null);
    assertNames("reply");
  }

  @Test
  void laterWishesWorkAfterAnException() {
    when(seat.afterPartial(any())).thenReturn(null).thenReturn(AfterPartial.KEEP);
    assertNames("afterPartial");

    assertEquals(Optional.of(Reply.RESUME), answer());
  }

  private Optional<Reply> answer() {
    return vmm.coordinator().answer(0, Vmm.asking(0, 2, Shareability.PRIVATE));
  }

  private void assertNames(String method) {
    IllegalStateException thrown = assertThrows(IllegalStateException.class, this::answer);
    assertTrue(thrown.toString().endsWith(method), thrown::toString);
  }
}
