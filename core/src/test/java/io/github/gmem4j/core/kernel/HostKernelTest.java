package io.github.gmem4j.core.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.mock;

import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.api.seam.FaultInjector;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What all VMs of one host share. */
class HostKernelTest {
  private static HostKernel host(RoadListener listener) {
    return new HostKernel(
        KernelGeneration.IN_PLACE, InstantSource.system(), FaultInjector.NONE, listener);
  }

  @Test
  void no_two_pages_have_one_frame_number() {
    HostKernel host = host(RoadListener.NONE);
    long first = host.nextPfn();

    assertNotEquals(0, first);
    assertEquals(first + 1, host.nextPfn());
  }

  @Test
  void a_quarantined_page_is_counted_once() {
    HostKernel host = host(RoadListener.NONE);
    Folio page = mock(Folio.class);

    host.quarantined(page, "RMP entry stays assigned");
    host.quarantined(page, "the same again");
    host.quarantined(mock(Folio.class), "another");

    assertEquals(2, host.quarantinedPages());
  }

  @Test
  void whoever_listens_hears_and_nobody_is_not_asked() {
    List<RoadEvent> heard = new ArrayList<>();
    HostKernel host = host(heard::add);
    RoadEvent event = mock(RoadEvent.CallMade.class);

    host.emit(event);

    assertEquals(List.of(event), heard);
    assertTrue(host.isHeard());
    assertFalse(host(RoadListener.NONE).isHeard());
  }
}
