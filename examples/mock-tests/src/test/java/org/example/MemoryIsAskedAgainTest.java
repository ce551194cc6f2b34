package org.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.api.vm.ConversionScope;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import io.github.gmem4j.core.vmm.Coordinator;
import io.github.gmem4j.testkit.value.Blockers;
import io.github.gmem4j.testkit.value.Exits;
import io.github.gmem4j.testkit.value.MemorySlots;
import io.github.gmem4j.testkit.value.Outcomes;
import io.github.gmem4j.testkit.world.ManualClock;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** VM and memory are mocks, as a backend of one's own would be; the coordinator is real. */
class MemoryIsAskedAgainTest {
  private final GuestMemory memory = mock(GuestMemory.class);
  private final VirtualMachine vm = mock(VirtualMachine.class);
  private final ManualClock clock = new ManualClock();

  @Test
  void untilThePageIsNotHeldAnyMore() {
    when(vm.slots())
        .thenReturn(List.of(MemorySlots.boundTo(memory).frames(new Gfn(0), 16).build()));
    when(vm.conversionScope()).thenReturn(ConversionScope.GUEST_MEMORY);
    when(memory.shareability(any())).thenReturn(Shareability.SHARED);
    when(memory.convert(any()))
        .thenReturn(Outcomes.blockedBy(Blockers.of(3).heldBy("direct I/O").build()))
        .thenReturn(Outcomes.converted(Shareability.PRIVATE));
    Coordinator coordinator =
        new Coordinator(
            vm, SoftwareProtectedPolicy.create().vmm(), List.of(), clock, RoadListener.NONE);

    Optional<Reply> reply =
        coordinator.answer(0, Exits.mapGpaRange(GfnRange.of(3, 1).bytes(), Shareability.PRIVATE));

    assertEquals(Optional.of(Reply.Answer.DONE), reply);
    assertEquals(1, clock.pauses().size());
    verify(memory, times(2)).convert(ConversionRequest.toPrivate(PageRange.of(3, 1).bytes()));
  }
}
