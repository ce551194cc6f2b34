package io.github.gmem4j.policy.pkvm.engine;

import static io.github.gmem4j.api.memory.Shareability.PRIVATE;
import static io.github.gmem4j.api.memory.Shareability.SHARED;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.REFUSED;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.SUCCEEDED;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.call;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.gpa;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.loaded;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.read;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.request;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.share;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.unshare;
import static io.github.gmem4j.policy.pkvm.engine.TestVm.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.policy.pkvm.PkvmVariant;
import io.github.gmem4j.policy.pkvm.hvc.FunctionId;
import io.github.gmem4j.policy.pkvm.hvc.HostCalls;
import io.github.gmem4j.policy.pkvm.hvc.Hvc;
import io.github.gmem4j.policy.pkvm.hvc.HvcResult;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The guest's calls as EL2 and the kernel answer them together: edge cases 1 to 8. */
final class CallsTest {
  private static final ActionResult NOT_SUPPORTED =
      new ActionResult.Returned(HvcResult.NOT_SUPPORTED);

  @ParameterizedTest
  @EnumSource
  void n1_unshareOfAPrivatePageIsRefusedWithoutAnExit(PkvmVariant variant) {
    TestVm vm = TestVm.of(variant);

    assertEquals(REFUSED, vm.run(write(3, 42), unshare(3), read(3)).get(1));

    assertEquals(PRIVATE, vm.state(3));
    assertEquals(0, vm.left(Exit.Unshare.class));
    assertEquals(loaded(42), vm.result(read(3)));
  }

  @ParameterizedTest
  @EnumSource
  void n2_shareOfASharedPageIsRefusedAndItStaysShared(PkvmVariant variant) {
    TestVm vm = TestVm.of(variant);

    List<ActionResult> results = vm.run(write(3, 42), share(3), share(3));

    assertEquals(success(variant, 1), results.get(1));
    assertEquals(REFUSED, results.get(2));
    assertEquals(SHARED, vm.state(3));
    assertEquals(42, vm.load(3));
  }

  @ParameterizedTest
  @EnumSource
  void n3_shareOfANeverTouchedPageMapsItFirstAndSucceedsOnce(PkvmVariant variant) {
    TestVm vm = TestVm.of(variant);

    assertEquals(success(variant, 1), vm.result(share(3)));

    assertEquals(SHARED, vm.state(3));
    assertEquals(0, vm.left(Exit.MemoryFault.class));
    assertEquals(0, vm.load(3));
  }

  @ParameterizedTest
  @EnumSource
  void n4_unshareOfANeverTouchedPageIsRefused(PkvmVariant variant) {
    TestVm vm = TestVm.of(variant);
    vm.convert(3, 1, SHARED);

    assertEquals(REFUSED, vm.result(unshare(3)));

    assertEquals(SHARED, vm.state(3));
    assertEquals(0, vm.left(Exit.Unshare.class));
  }

  @Test
  void n5_badArgumentsAreRefusedBeforeTheStateIsLookedAt() {
    TestVm vm = TestVm.of(PkvmVariant.ASK_AGAIN);
    long function = FunctionId.MEM_SHARE.register();

    assertEquals(
        List.of(REFUSED, REFUSED, REFUSED, REFUSED),
        vm.run(
            call(new Hvc(function, 3 * 4096 + 8, 0, 0)),
            call(new Hvc(function, 3 * 4096, 1, 0)),
            call(new Hvc(function, 3 * 4096, 0, 1)),
            call(new Hvc(function, 1L << 40, 0, 0))));

    assertEquals("PPPP", vm.states(4));
    // A call that got as far as the state would have had the page mapped first.
    assertEquals(List.of(), mappedPages(vm));
  }

  private static List<?> mappedPages(TestVm vm) {
    return vm.events.stream().filter(RoadEvent.PageMapped.class::isInstance).toList();
  }

  @Test
  void n6_zeroGranulesAreOneGranuleForAndroid() {
    TestVm vm = TestVm.of(PkvmVariant.ANDROID);

    assertEquals(success(PkvmVariant.ANDROID, 1), vm.result(call(Hvc.share(gpa(3), 0))));

    assertEquals("PPPSP", vm.states(5));
  }

  @Test
  void n8_whatWasConvertedBeforeAFailureStaysConverted() {
    TestVm vm = TestVm.of(PkvmVariant.ASK_AGAIN);
    vm.run(share(2));

    List<ActionResult> results = vm.run(request(0, 4, SHARED));

    assertEquals("SSSP", vm.states(4));
    assertEquals(
        new ActionResult.GaveUp(
            "cannot share gpa 0x2000 (x0=INVALID_PARAMETER), EPERM: its pool is not used"),
        results.getFirst());
  }

  @Test
  void aGuestKernelSharesAndTakesBackPageByPage() {
    TestVm vm = TestVm.of(PkvmVariant.ASK_AGAIN);

    List<ActionResult> results =
        vm.run(write(1, 42), request(0, 4, SHARED), request(0, 4, PRIVATE), read(1));

    assertEquals(
        List.of(
            new ActionResult.Stored(),
            new ActionResult.Fulfilled(),
            new ActionResult.Fulfilled(),
            loaded(42)),
        results);
    assertEquals("PPPP", vm.states(4));
    assertEquals(4, vm.left(Exit.Unshare.class));
  }

  @Test
  void anAndroidGuestTakesARangeBackInOneExit() {
    TestVm vm = TestVm.of(PkvmVariant.ANDROID);

    vm.run(request(0, 4, SHARED));
    assertEquals(List.of(new ActionResult.Fulfilled()), vm.run(request(0, 4, PRIVATE)));

    assertEquals("PPPP", vm.states(4));
    assertEquals(1, vm.left(Exit.Unshare.class));
  }

  @Test
  void whereNoSlotLiesSharingIsAnExternalAbort() {
    TestVm vm = TestVm.of(PkvmVariant.ASK_AGAIN);

    assertInstanceOf(ActionResult.Excepted.class, vm.result(call(Hvc.share(new Gpa(1L << 30)))));
    assertEquals(REFUSED, vm.result(call(Hvc.unshare(new Gpa(1L << 30)))));
  }

  @Test
  void unknownFunctionsAreTheKernelsToAnswer() {
    TestVm vm = TestVm.of(PkvmVariant.ASK_AGAIN);

    assertEquals(
        List.of(
            NOT_SUPPORTED,
            NOT_SUPPORTED,
            new ActionResult.Returned(HostCalls.UID),
            new ActionResult.Returned(HostCalls.SMCCC_VERSION)),
        vm.run(
            call(Hvc.relinquish(gpa(3))),
            call(new Hvc(0xC600_0000L, 0, 0, 0)),
            call(new Hvc(FunctionId.UID.register(), 0, 0, 0)),
            call(new Hvc(FunctionId.SMCCC_VERSION.register(), 0, 0, 0))));
  }

  @Test
  void featuresAndGranuleAreEl2sToAnswer() {
    TestVm vm = TestVm.of(PkvmVariant.ASK_AGAIN);

    assertEquals(
        List.of(
            new ActionResult.Returned(HvcResult.ofValue(0x1D)),
            new ActionResult.Returned(HvcResult.ofValue(4096))),
        vm.run(call(Hvc.features()), call(Hvc.memInfo())));
  }

  @ParameterizedTest
  @ValueSource(ints = {0x8600_0002, 0x8600_0003, 0x8600_0004})
  void thirtyTwoBitFormsOfTheMemoryCallsDoNotExist(int function) {
    TestVm vm = TestVm.of(PkvmVariant.ASK_AGAIN);

    assertEquals(
        NOT_SUPPORTED, vm.result(call(new Hvc(Integer.toUnsignedLong(function), 3 * 4096, 0, 0))));
  }

  private static ActionResult success(PkvmVariant variant, long granules) {
    return variant == PkvmVariant.ANDROID
        ? new ActionResult.Returned(HvcResult.successOf(granules))
        : SUCCEEDED;
  }
}
