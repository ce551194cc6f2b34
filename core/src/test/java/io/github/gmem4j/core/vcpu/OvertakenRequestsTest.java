package io.github.gmem4j.core.vcpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.KvmSeat;
import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.Platforms;
import io.github.gmem4j.core.TestPolicy;
import io.github.gmem4j.core.World;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A request that left run() to be completed inside it is overtaken, whatever its exit was. */
class OvertakenRequestsTest {
  private enum Note implements GuestCall, GuestResult, Pending {
    CALL,
    DONE,
    PENDING
  }

  private static final GuestAction CALL = new GuestAction.Call(Note.CALL);
  private static final Step TO_PRIVATE = convert(Shareability.PRIVATE);
  private static final Step TO_SHARED = convert(Shareability.SHARED);

  private final KvmSeat kvm = mock(KvmSeat.class);
  private final World world =
      World.of(
          Engine.inMemory(),
          TestPolicy.confidential().with(kvm).with(Platforms.agreeable()),
          GuestMemory.MMAP | GuestMemory.INIT_SHARED);
  private final Vcpu other = world.vm().createVcpu(GuestProgram.of(CALL));
  private final List<Optional<Errno>> outcomes = new ArrayList<>();

  private static Step convert(Shareability target) {
    return new Step.Convert(World.gpas(0, 1), target, Note.PENDING);
  }

  /** Exits that ask for the page to become private. */
  static List<Exit> exits() {
    return List.of(
        new Exit.Unshare(World.gpas(0, 1)),
        new Exit.MapGpaRange(World.gpa(0), PageCount.ONE, Exit.MapGpaRange.PRIVATE, 0),
        new Exit.MemoryFault(
            World.gpa(0), ByteCount.PAGE, Shareability.PRIVATE, Errno.EFAULT, Optional.empty()));
  }

  @BeforeEach
  void everyConversionCompletesTheCall() {
    when(kvm.onConverted(any(), any(), any()))
        .thenAnswer(call -> {
          outcomes.add(call.<ConversionOutcome>getArgument(2).errno());
          return new Step.Return(Note.DONE);
        });
    when(kvm.onReentry(any(), any(), any())).thenReturn(TO_PRIVATE);
  }

  @ParameterizedTest
  @MethodSource("exits")
  void newerOppositeRequestCancelsIt(Exit exit) {
    when(kvm.onCall(any(), any()))
        .thenReturn(new Step.Leave(exit, Note.PENDING))
        .thenReturn(TO_SHARED);
    assertEquals(exit, world.exitOf(CALL));

    other.run();
    world.vcpu().run(Reply.Answer.DONE);

    assertEquals(List.of(Optional.empty(), Optional.of(Errno.ECANCELED)), outcomes);
  }

  @Test
  void requestThatIsOverIsForgottenAndCancelsNoLaterOne() {
    when(kvm.onCall(any(), any()))
        .thenReturn(new Step.Leave(exits().getFirst(), Note.PENDING))
        .thenReturn(TO_SHARED)
        .thenReturn(TO_PRIVATE);
    world.exitOf(CALL);
    world.vcpu().run(Reply.Answer.DONE);

    other.run();
    world.resultOf(CALL);

    assertEquals(List.of(Optional.empty(), Optional.empty(), Optional.empty()), outcomes);
    assertEquals('P', world.states().charAt(0));
  }
}
