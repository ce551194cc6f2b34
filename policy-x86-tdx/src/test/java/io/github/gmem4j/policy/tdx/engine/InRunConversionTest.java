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
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.policy.tdx.ConversionRule;
import io.github.gmem4j.policy.tdx.TdxConfig;
import io.github.gmem4j.policy.tdx.tdcall.VmCall;
import io.github.gmem4j.policy.tdx.tdcall.VmCallResult;
import io.github.gmem4j.policy.tdx.tdcall.VmCallStatus;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** MapGPA whose conversion happens inside {@code run()}: the middle of the debate. */
class InRunConversionTest {
  private static final long PAGE = 4096;

  private static TestTd td(ConversionRule rule) {
    return TestTd.launched(TdxConfig.DEFAULT.toBuilder().conversion(rule).build());
  }

  private static Pin pin(TestTd td, long page) {
    return td.host.pin(new PageIndex(page), ReferenceKind.LONG_TERM, "nic").orThrow();
  }

  @ParameterizedTest
  @EnumSource(ConversionRule.class)
  void guestSharesAndTakesBackUnderEveryRule(ConversionRule rule) {
    TestTd td = td(rule);

    assertEquals(List.of(new ActionResult.Fulfilled()), td.run(share(0, 4 * MIB)));
    assertEquals(SHARED, td.stateAt(3 * MIB));
    assertEquals(List.of(new ActionResult.Fulfilled()), td.run(unshare(0, 4 * MIB)));
    assertEquals(PRIVATE, td.stateAt(3 * MIB));
  }

  @Test
  void zeroMeansConvertAndAnythingElseRefuse() {
    TestTd td = td(ConversionRule.IN_RUN_OR_FAULT);
    Vcpu vcpu = td.vcpu(share(0, PAGE), share(PAGE, PAGE));

    assertInstanceOf(Exit.MapGpaRange.class, vcpu.run());
    assertInstanceOf(Exit.MapGpaRange.class, vcpu.run(Reply.Answer.DONE));
    vcpu.run(Reply.Answer.REFUSE);

    assertEquals(SHARED, td.stateAt(0));
    assertEquals(PRIVATE, td.stateAt(PAGE));
    assertInstanceOf(ActionResult.GaveUp.class, vcpu.results().getLast());
  }

  @Test
  void failureIsAMemoryFaultWithTheOffsetOfTheHeldPage() {
    TestTd td = td(ConversionRule.IN_RUN_OR_FAULT);
    td.run(share(0, 4 * PAGE));
    Pin pin = pin(td, 2);
    Vcpu vcpu = td.vcpu(unshare(0, 4 * PAGE));
    vcpu.run();
    Exit fault =
        new Exit.MemoryFault(
            new Gpa(0),
            new ByteCount(4 * PAGE),
            PRIVATE,
            Errno.EFAULT,
            Optional.of(new ByteOffset(2 * PAGE)));

    assertEquals(fault, vcpu.run(Reply.Answer.DONE));
    assertEquals(fault, vcpu.run());
    pin.close();
    vcpu.run();

    assertEquals(List.of(new ActionResult.Fulfilled()), vcpu.results());
    assertEquals(PRIVATE, td.stateAt(0));
  }

  @Test
  void coordinatorHoldsTheVcpuUntilThePinIsGone() {
    TestTd td = td(ConversionRule.IN_RUN_OR_FAULT);
    td.run(share(0, 4 * PAGE));
    Pin pin = pin(td, 2);
    td.duringWaits.addAll(List.of(() -> {}, pin::close));

    assertEquals(List.of(new ActionResult.Fulfilled()), td.run(unshare(0, 4 * PAGE)));
    assertEquals(2, td.waits());
  }

  @Test
  void coordinatorGivesUpAndTheGuestIsTold() {
    TestTd td = td(ConversionRule.IN_RUN_OR_FAULT);
    td.run(share(0, PAGE));
    pin(td, 0);

    List<ActionResult> results = td.run(unshare(0, PAGE));

    assertInstanceOf(ActionResult.GaveUp.class, results.getLast());
    assertEquals(SHARED, td.stateAt(0));
    assertEquals(TdxConfig.HOLD_ATTEMPTS, td.waits());
  }

  @Test
  void untoldFailureShowsAtTheNextAccess() {
    TestTd td = td(ConversionRule.IN_RUN_OR_SUCCESS);
    td.run(share(0, PAGE));
    Pin pin = pin(td, 0);
    Vcpu vcpu = td.vcpu(new GuestAction.Call(new VmCall.MapGpa(0, PAGE)), TestTd.read(0, PRIVATE));
    vcpu.run();

    Exit mismatch = vcpu.run(Reply.Answer.DONE);

    assertEquals(
        List.of(
            new ActionResult.Returned(new VmCallResult(VmCallStatus.SUCCESS, VmCall.MapGpa.LEAF))),
        vcpu.results());
    assertEquals(
        new Exit.MemoryFault(new Gpa(0), ByteCount.PAGE, PRIVATE, Errno.EFAULT, Optional.empty()),
        mismatch);
    assertEquals(SHARED, td.stateAt(0));
    pin.close();
  }

  @Test
  void deviceWindowIsSharedAlready() {
    TestTd td = td(ConversionRule.IN_RUN_OR_FAULT);

    assertEquals(List.of(new ActionResult.Fulfilled()), td.run(share(1L << 40, PAGE)));
  }

  @ParameterizedTest
  @EnumSource(
      value = ConversionRule.class,
      names = {"IN_RUN_OR_FAULT", "IN_RUN_OR_SUCCESS"})
  void plainHypercallConvertsInsideRunToo(ConversionRule rule) {
    TestTd td = td(rule);
    Vcpu vcpu = td.vcpu(new GuestAction.Call(new VmCall.KvmHypercall(12, 0, 1, 0)));
    vcpu.run();

    vcpu.run(Reply.Answer.DONE);

    assertEquals(SHARED, td.stateAt(0));
    assertEquals(
        List.of(new ActionResult.Returned(new VmCallResult(new VmCallStatus(0), 0))),
        vcpu.results());
  }
}
