package org.example.armcca;

import static io.github.gmem4j.api.memory.Shareability.PRIVATE;
import static io.github.gmem4j.api.memory.Shareability.SHARED;
import static org.example.armcca.TestRealm.gpa;
import static org.example.armcca.TestRealm.gpas;
import static org.example.armcca.TestRealm.touch;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.participant.Participant;
import io.github.gmem4j.api.participant.PlannedConversion;
import io.github.gmem4j.api.participant.Preparation;
import io.github.gmem4j.api.policy.GuestFault;
import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.api.seam.Waiter;
import io.github.gmem4j.api.vm.ConversionScope;
import io.github.gmem4j.api.vm.HostVirtualAddress;
import io.github.gmem4j.api.vm.MemorySlot;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.core.vmm.Coordinator;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mockito.InOrder;

/** The policy at work while those around it are mocks: participants, waiting, memory, VM. */
class MockedSeamsTest {
  private static final int NEW_TRIES = 200;

  private final Participant nic = mock(Participant.class);
  private final Waiter waiter = mock(Waiter.class);
  private final TestRealm realm = new TestRealm(waiter, nic);

  @BeforeEach
  void nicIsReady() {
    when(nic.name()).thenReturn("nic");
    when(nic.prepare(any())).thenReturn(Preparation.READY);
  }

  private PlannedConversion planned(long page, long count, Shareability target) {
    return new PlannedConversion(
        gpas(page, count).frames(), target, realm.memory(), PageRange.of(page, count));
  }

  private ActionResult request(long page, long count, Shareability target) {
    return realm.request(realm.vcpu(), page, count, target);
  }

  @Test
  void participantsPrepareBeforeAndCommitAfterEachConversion() {
    assertEquals(new ActionResult.Fulfilled(), request(0, 2, SHARED));
    assertEquals(new ActionResult.Fulfilled(), request(0, 2, PRIVATE));

    InOrder order = inOrder(nic);
    order.verify(nic).prepare(planned(0, 2, SHARED));
    order.verify(nic).commit(planned(0, 2, SHARED));
    order.verify(nic).prepare(planned(0, 2, PRIVATE));
    order.verify(nic).commit(planned(0, 2, PRIVATE));
    verify(nic, never()).abort(any());
    verifyNoInteractions(waiter);
  }

  @Test
  void accessTakesTheSameRoadAsARequest() {
    assertEquals(new ActionResult.Touched(), realm.play(touch(3, SHARED)));

    InOrder order = inOrder(nic);
    order.verify(nic).prepare(planned(3, 1, SHARED));
    order.verify(nic).commit(planned(3, 1, SHARED));
  }

  @Test
  void participantThatRefusesHasARequestForRamRejected() {
    request(0, 2, SHARED);
    when(nic.prepare(any())).thenReturn(new Preparation.Refused("rings in use"));

    assertInstanceOf(ActionResult.GaveUp.class, request(0, 2, PRIVATE));

    verify(nic, times(1)).prepare(planned(0, 2, PRIVATE));
    assertEquals(SHARED, realm.stateOf(0));
  }

  @Test
  void n48_participantThatRefusesToTakePagesIsAskedUntilTheRealmGivesUp() {
    when(nic.prepare(any())).thenReturn(new Preparation.Refused("no room"));

    assertInstanceOf(ActionResult.GaveUp.class, request(0, 2, SHARED));

    verify(nic, times(LinuxRealm.MAX_STALLS + 1)).prepare(planned(0, 2, SHARED));
    assertEquals(PRIVATE, realm.stateOf(0));
  }

  @Test
  void pageThatIsHeldHoldsTheVcpuForASecondAndThenTheRealmIsTold() {
    request(0, 2, SHARED);
    realm.host().pin(new PageIndex(1), ReferenceKind.LONG_TERM, "vfio").orThrow();

    assertInstanceOf(ActionResult.GaveUp.class, request(0, 2, PRIVATE));

    verify(waiter, times(NEW_TRIES)).pause(Duration.ofMillis(5));
    verify(nic).abort(planned(0, 2, PRIVATE));
  }

  @Test
  void referenceThatGoesWhileTheVcpuIsHeldIsNotNoticedByTheRealm() {
    request(0, 2, SHARED);
    Pin pin = realm.host().pin(new PageIndex(1), ReferenceKind.SHORT_TERM, "pipe").orThrow();
    doAnswer(
            pause -> {
              pin.close();
              return null;
            })
        .when(waiter)
        .pause(any());

    assertEquals(new ActionResult.Fulfilled(), request(0, 2, PRIVATE));

    verify(waiter, times(1)).pause(Duration.ofMillis(5));
  }

  @Test
  void driverLetsGoOfItsMappingWhenTheRealmTakesPagesBack() {
    HostMapping mapping = mock(HostMapping.class);
    when(nic.prepare(any()))
        .thenAnswer(asked -> {
          PlannedConversion planned = asked.getArgument(0);
          if (planned.target() == PRIVATE) {
            mapping.drop(planned.pages());
          }
          return Preparation.READY;
        });

    request(4, 3, SHARED);
    verifyNoInteractions(mapping);
    request(4, 3, PRIVATE);

    verify(mapping).drop(PageRange.of(4, 3));
  }

  @Test
  void vmmSeatNeedsNoEngineBehindIt() {
    GuestMemory memory = mock(GuestMemory.class);
    VirtualMachine vm = mock(VirtualMachine.class);
    var slot =
        new MemorySlot(
            0,
            SlotRequest.GUEST_MEMFD,
            gpas(0, 16).frames(),
            HostVirtualAddress.NULL,
            Optional.of(memory),
            new PageIndex(0));
    when(vm.slots()).thenReturn(List.of(slot));
    when(vm.conversionScope()).thenReturn(ConversionScope.GUEST_MEMORY);
    var toPrivate = ConversionRequest.toPrivate(TestRealm.bytes(2, 1));
    when(memory.convert(toPrivate))
        .thenReturn(
            new ConversionOutcome.Blocked(new ByteOffset(0x2000), List.of()),
            new ConversionOutcome.Converted(PRIVATE));
    var coordinator =
        new Coordinator(vm, new ArmCcaPolicy().vmm(), List.of(nic), waiter, RoadListener.NONE);
    var exit = GuestFault.of(gpa(2).gfn(), PRIVATE, GuestFault.Cause.MISMATCH).toExit();

    assertEquals(Optional.of(Reply.Answer.DONE), coordinator.answer(0, exit));

    verify(memory, times(2)).convert(toPrivate);
    verify(waiter, times(1)).pause(Duration.ofMillis(5));
  }
}
