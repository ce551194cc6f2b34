package io.github.gmem4j.policy.tdx.engine;

import static io.github.gmem4j.api.memory.Shareability.PRIVATE;
import static io.github.gmem4j.api.memory.Shareability.SHARED;
import static io.github.gmem4j.policy.tdx.engine.TestTd.MIB;
import static io.github.gmem4j.policy.tdx.engine.TestTd.share;
import static io.github.gmem4j.policy.tdx.engine.TestTd.unshare;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.policy.tdx.tdcall.VmCall;
import io.github.gmem4j.policy.tdx.tdcall.VmCallResult;
import io.github.gmem4j.policy.tdx.tdcall.VmCallStatus;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The call from the guest to the VMM and back, chunk by chunk. */
final class MapGpaTest {
  private static final long BIT = 1L << 47;

  private final TestTd td = TestTd.launched();

  private Vcpu calling(long start, long length) {
    return td.vcpu(new GuestAction.Call(new VmCall.MapGpa(start, length)));
  }

  private Reply answer(Vcpu vcpu, Exit exit) {
    Optional<Reply> reply = td.vmm.answer(vcpu.id(), exit);
    return reply.orElseThrow();
  }

  private static List<ActionResult> returned(VmCallStatus status, long r11) {
    return List.of(new ActionResult.Returned(new VmCallResult(status, r11)));
  }

  private void assertStates(long chunk, Shareability... states) {
    for (int i = 0; i < states.length; i++) {
      assertEquals(states[i], td.stateAt(i * chunk), "at " + i * chunk);
    }
  }

  @Test
  @DisplayName("edge 10: 5 MiB are converted in three exits")
  void fiveMebibytesAreConvertedInThreeExits() {
    Vcpu vcpu = calling(BIT, 5 * MIB);

    Exit exit = vcpu.run();
    int exits = 0;
    while (exit instanceof Exit.MapGpaRange) {
      exits++;
      exit = vcpu.run(answer(vcpu, exit));
    }

    assertEquals(3, exits);
    assertEquals(returned(VmCallStatus.SUCCESS, VmCall.MapGpa.LEAF), vcpu.results());
    assertStates(MIB, SHARED, SHARED, SHARED, SHARED, SHARED, PRIVATE);
  }

  @Test
  @DisplayName("edge 11: an interrupt between chunks leaves the first converted")
  void anInterruptBetweenChunksLeavesTheFirstConverted() {
    Vcpu vcpu = calling(BIT, 5 * MIB);
    Exit first = vcpu.run();
    vcpu.queueInterrupt();

    vcpu.run(answer(vcpu, first));

    assertEquals(returned(VmCallStatus.RETRY, (2 * MIB) | BIT), vcpu.results());
    assertStates(MIB, SHARED, SHARED, PRIVATE);
  }

  @Test
  void aLinuxGuestFinishesInSpiteOfInterrupts() {
    Vcpu vcpu = td.vcpu(share(0, 8 * MIB));

    Exit exit = vcpu.run();
    while (exit instanceof Exit.MapGpaRange) {
      vcpu.queueInterrupt();
      exit = vcpu.run(answer(vcpu, exit));
    }

    assertEquals(List.of(new ActionResult.Fulfilled()), vcpu.results());
    assertStates(2 * MIB, SHARED, SHARED, SHARED, SHARED);
  }

  @Test
  @DisplayName("edge 14: EAGAIN on the second chunk leaves the first converted")
  void eagainOnTheSecondChunkLeavesTheFirstConverted() {
    Vcpu vcpu = calling(BIT, 5 * MIB);
    vcpu.run(answer(vcpu, vcpu.run()));

    vcpu.run(Reply.Answer.RETRY);

    assertEquals(returned(VmCallStatus.RETRY, (2 * MIB) | BIT), vcpu.results());
    assertStates(MIB, SHARED, SHARED, PRIVATE);
  }

  @Test
  @DisplayName("edge 15: after three EAGAINs a Linux guest has given up")
  void afterThreeEagainsALinuxGuestHasGivenUp() {
    Vcpu vcpu = td.vcpu(share(0, MIB));
    assertInstanceOf(Exit.MapGpaRange.class, vcpu.run());
    assertInstanceOf(Exit.MapGpaRange.class, vcpu.run(Reply.Answer.RETRY));
    assertInstanceOf(Exit.MapGpaRange.class, vcpu.run(Reply.Answer.RETRY));

    assertInstanceOf(Exit.Halt.class, vcpu.run(Reply.Answer.RETRY));

    assertInstanceOf(ActionResult.GaveUp.class, vcpu.results().getFirst());
  }

  @Test
  @DisplayName("edge 16: two EAGAINs, progress and two EAGAINs are fine")
  void progressBetweenEagainsIsFine() {
    Vcpu vcpu = td.vcpu(share(0, 4 * MIB));
    vcpu.run();
    vcpu.run(Reply.Answer.RETRY);
    Exit third = vcpu.run(Reply.Answer.RETRY);
    vcpu.run(answer(vcpu, third));
    vcpu.run(Reply.Answer.RETRY);
    Exit last = vcpu.run(Reply.Answer.RETRY);

    assertInstanceOf(Exit.Halt.class, vcpu.run(answer(vcpu, last)));
    assertEquals(List.of(new ActionResult.Fulfilled()), vcpu.results());
  }

  @Test
  @DisplayName("edge 17: EINVAL on the third chunk leaves the first two converted")
  void einvalOnTheThirdChunkLeavesTheFirstTwoConverted() {
    Vcpu vcpu = calling(BIT, 5 * MIB);
    Exit second = vcpu.run(answer(vcpu, vcpu.run()));
    vcpu.run(answer(vcpu, second));

    vcpu.run(Reply.Answer.REFUSE);

    assertEquals(returned(VmCallStatus.INVALID_OPERAND, (4 * MIB) | BIT), vcpu.results());
    assertStates(2 * MIB, SHARED, SHARED, PRIVATE);
  }

  @ParameterizedTest
  @MethodSource("secondReplies")
  @DisplayName("x86.c, kvm_arch_vcpu_ioctl_run: after a bad answer the guest is told SUCCESS")
  void afterABadAnswerTheGuestIsToldSuccess(Reply second) {
    Vcpu vcpu = calling(BIT, 5 * MIB);
    vcpu.run();

    Exit.Failed failed =
        assertInstanceOf(Exit.Failed.class, vcpu.run(new Reply.Answer(-Errno.EAGAIN.number())));

    assertEquals(Errno.EINVAL, failed.errno());
    assertEquals(List.of(), vcpu.results());
    // KVM has dropped the call: nothing is asked for again, and nothing was converted.
    assertInstanceOf(Exit.Halt.class, vcpu.run(second));
    assertEquals(returned(VmCallStatus.SUCCESS, VmCall.MapGpa.LEAF), vcpu.results());
    assertStates(MIB, PRIVATE, PRIVATE, PRIVATE, PRIVATE, PRIVATE);
  }

  static List<Reply> secondReplies() {
    return List.of(Reply.RESUME, Reply.Answer.DONE, Reply.Answer.REFUSE, new Reply.Answer(1234));
  }

  @Test
  @DisplayName("x86.c, kvm_arch_vcpu_ioctl_run: what was converted before a bad answer stays")
  void whatWasConvertedBeforeABadAnswerStays() {
    Vcpu vcpu = td.vcpu(share(0, 5 * MIB));
    vcpu.run(answer(vcpu, vcpu.run()));

    vcpu.run(new Reply.Answer(16));

    assertInstanceOf(Exit.Halt.class, vcpu.run());
    assertEquals(List.of(new ActionResult.Fulfilled()), vcpu.results());
    assertStates(MIB, SHARED, SHARED, PRIVATE, PRIVATE, PRIVATE);
  }

  @Test
  @DisplayName("edge 21: a call from an unaligned R11 is an alignment error")
  void aCallFromAnUnalignedAddressIsAnAlignmentError() {
    Vcpu vcpu = calling(BIT + 8, MIB - 8);
    vcpu.run();

    assertEquals(returned(VmCallStatus.ALIGN_ERROR, BIT + 8), vcpu.results());
  }

  @Test
  @DisplayName("edge 22: a vCPU parked in a MapGPA forgets it, and what is converted stays")
  void aParkedVcpuForgetsItsCall() {
    Vcpu vcpu = calling(BIT, 4 * MIB);
    vcpu.run(answer(vcpu, vcpu.run()));

    vcpu.load(GuestProgram.of(share(4 * MIB, 4096)));
    assertInstanceOf(Exit.Halt.class, td.vmm.run(vcpu));

    assertEquals(List.of(new ActionResult.Fulfilled()), vcpu.results());
    assertStates(2 * MIB, SHARED, PRIVATE, SHARED);
  }

  @Test
  @DisplayName("edge 23: overlapping opposite requests come out in some order, none half-way")
  void overlappingOppositeRequestsComeOutInSomeOrder() {
    td.run(share(2 * MIB, 2 * MIB));
    Vcpu sharing = calling(BIT, 4 * MIB);
    Vcpu hiding = calling(0, 4 * MIB);
    Exit a = sharing.run();
    Exit b = hiding.run();
    while (a instanceof Exit.MapGpaRange || b instanceof Exit.MapGpaRange) {
      a = sharing.run(answer(sharing, a));
      b = hiding.run(answer(hiding, b));
    }

    assertEquals(returned(VmCallStatus.SUCCESS, VmCall.MapGpa.LEAF), sharing.results());
    assertEquals(returned(VmCallStatus.SUCCESS, VmCall.MapGpa.LEAF), hiding.results());
    for (long page = 0; page < 1024; page++) {
      assertEquals(PRIVATE, td.stateAt(page * 4096));
    }
  }

  @Test
  @DisplayName("edge 9: a device window can be shared but not made private")
  void aDeviceWindowCanBeSharedButNotMadePrivate() {
    List<ActionResult> results = td.run(share(0xFEC0_0000L, 4096), unshare(0xFEC0_0000L, 4096));

    assertEquals(new ActionResult.Fulfilled(), results.get(0));
    assertInstanceOf(ActionResult.GaveUp.class, results.get(1));
  }
}
