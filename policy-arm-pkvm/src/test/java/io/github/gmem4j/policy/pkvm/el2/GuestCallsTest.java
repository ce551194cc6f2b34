package io.github.gmem4j.policy.pkvm.el2;

import static io.github.gmem4j.policy.pkvm.el2.TestHost.FRAME;
import static io.github.gmem4j.policy.pkvm.el2.TestHost.OTHER_FRAME;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.policy.pkvm.hvc.FunctionId;
import io.github.gmem4j.policy.pkvm.hvc.Hvc;
import io.github.gmem4j.policy.pkvm.hvc.HvcResult;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The mainline calls. The number in a name is the edge case's in the policy's list. */
final class GuestCallsTest {
  private static final Gpa PAGE = FRAME.gpa();

  private final TestHost host = TestHost.mainline();

  @Test
  void n1_unshareOfAPrivatePageIsInvalidAndChangesNothing() {
    host.privateAt(FRAME);

    assertRefusedWithoutEffect(Hvc.unshare(PAGE));
  }

  @Test
  void n2_shareOfASharedPageIsInvalidAndItStaysShared() {
    host.sharedAt(FRAME);

    assertRefusedWithoutEffect(Hvc.share(PAGE));
    assertEquals(PageState.SHARED_OWNED, host.guestState(FRAME));
  }

  @Test
  void n3_shareOfAnUntouchedFrameNeedsAPageFirstAndSucceedsOnce() {
    assertEquals(new HvcOutcome.NeedsPage(FRAME), host.call(Hvc.share(PAGE)));
    assertEquals(PageState.NOPAGE, host.guestState(FRAME));

    TestFolio page = host.privateAt(FRAME);
    host.assertAnswers(HvcResult.SUCCESS, Hvc.share(PAGE));
    host.assertAnswers(HvcResult.INVALID_PARAMETER, Hvc.share(PAGE));

    assertEquals(PageState.SHARED_BORROWED, host.hypervisor.hostState(page));
  }

  @Test
  void n4_unshareOfAnUntouchedFrameIsInvalid() {
    assertRefusedWithoutEffect(Hvc.unshare(PAGE));
  }

  @ParameterizedTest
  @CsvSource({
    "0x90000001, 0, 0",
    "0x90000fff, 0, 0",
    "0x90000000, 1, 0",
    "0x90000000, 0, 1",
    "0x90000000, 0x8000000000000000, 0",
    "0x10000000000, 0, 0",
    "0xfffffffffffff000, 0, 0"
  })
  void n5_badArgumentsAreInvalidWhateverThePagesState(String x1, String x2, String x3) {
    Hvc share = new Hvc(FunctionId.MEM_SHARE.register(), number(x1), number(x2), number(x3));
    Hvc unshare = new Hvc(FunctionId.MEM_UNSHARE.register(), number(x1), number(x2), number(x3));

    assertRefusedWithoutEffect(share);
    assertRefusedWithoutEffect(unshare);
    host.privateAt(FRAME);
    assertRefusedWithoutEffect(share);
    assertRefusedWithoutEffect(unshare);
    host.hypervisor.guestShareHost(host.vm, FRAME);
    assertRefusedWithoutEffect(share);
    assertRefusedWithoutEffect(unshare);
  }

  @Test
  void theLastFrameBelowTheAddressLimitIsGood() {
    Gpa last = new Gpa((1L << 40) - 4096);

    assertEquals(new HvcOutcome.NeedsPage(last.gfn()), host.call(Hvc.share(last)));
  }

  @Test
  void n26_aNewKernelThatSharesWhatTheOldOneLeftSharedIsRefused() {
    host.sharedAt(FRAME);
    host.hypervisor.putVcpu(host.vm, 0);
    host.hypervisor.loadVcpu(host.vm, 0);

    assertRefusedWithoutEffect(Hvc.share(PAGE));
  }

  @Test
  void n31_theHostCannotTouchAPrivatePageButItsNeighbour() {
    TestFolio page = host.privateAt(FRAME);
    TestFolio neighbour = host.page();

    assertFalse(host.hypervisor.hostState(page).isAccessible());
    assertEquals(PageState.OWNED, host.hypervisor.hostState(neighbour));
  }

  @Test
  void n39_sharedAndTakenBackAPageHasTheSameBytes() {
    TestFolio page = host.privateAt(FRAME);
    page.fillWith(0x5a);
    byte[] before = page.bytes();

    host.assertAnswers(HvcResult.SUCCESS, Hvc.share(PAGE));
    assertArrayEquals(before, page.bytes());
    host.assertAnswers(HvcResult.SUCCESS, Hvc.unshare(PAGE));

    assertArrayEquals(before, page.bytes());
    assertEquals(PageState.OWNED, host.guestState(FRAME));
    assertEquals(PageState.NOPAGE, host.hypervisor.hostState(page));
  }

  @Test
  void aDonatedPageKeepsTheHostsBytes() {
    TestFolio page = host.page();
    page.fillWith(0x77);
    byte[] before = page.bytes();

    host.hypervisor.hostDonateGuest(host.vm, page, FRAME);

    assertArrayEquals(before, page.bytes());
  }

  @Test
  void featuresIsAnsweredWhateverItsArguments() {
    host.assertAnswers(HvcResult.ofValue(0x1d), Hvc.features());
    host.assertAnswers(HvcResult.ofValue(0x1d), new Hvc(FunctionId.FEATURES.register(), 1, 2, 3));
  }

  @Test
  void memInfoIsTheSizeOfAPageAndWantsZeroes() {
    host.assertAnswers(HvcResult.ofValue(4096), Hvc.memInfo());
    long id = FunctionId.HYP_MEMINFO.register();
    host.assertAnswers(HvcResult.INVALID_PARAMETER, new Hvc(id, 1, 0, 0));
    host.assertAnswers(HvcResult.INVALID_PARAMETER, new Hvc(id, 0, 1, 0));
    host.assertAnswers(HvcResult.INVALID_PARAMETER, new Hvc(id, 0, 0, 1));
  }

  @Test
  void onlyTheLowerHalfOfX0NamesTheFunction() {
    host.privateAt(FRAME);

    host.assertAnswers(HvcResult.SUCCESS, new Hvc(0xdead_beef_c600_0003L, PAGE.value(), 0, 0));
  }

  @ParameterizedTest
  @CsvSource({
    "0x86000002",
    "0x86000003",
    "0x86000004",
    "0xc6000000",
    "0xc6010003",
    "0xc6000005",
    "0xc6000009",
    "0xc600000b",
    "0xc600003f",
    "0x80000000",
    "0x84000000",
    "0x8600ff01",
    "0"
  })
  void whatIsNotEl2sGoesToTheHostKernel(String x0) {
    host.privateAt(FRAME);

    assertEquals(HvcOutcome.FORWARDED, host.call(new Hvc(number(x0), PAGE.value(), 0, 0)));
    assertEquals(PageState.OWNED, host.guestState(FRAME));
  }

  @ParameterizedTest
  @EnumSource
  void everyCallOfAnOrdinaryVmGoesToTheHostKernel(FunctionId function) {
    VmHandle ordinary = host.create(VmKind.NORMAL);
    host.hypervisor.hostShareGuest(ordinary, host.page(), FRAME);

    Hvc call = new Hvc(function.register(), PAGE.value(), 0, 0);

    assertEquals(HvcOutcome.FORWARDED, host.hypervisor.call(ordinary, call));
  }

  @Test
  void aCallAboutOneFrameLeavesTheOtherAlone() {
    host.privateAt(FRAME);
    host.privateAt(OTHER_FRAME);

    host.assertAnswers(HvcResult.SUCCESS, Hvc.share(PAGE));

    assertEquals(PageState.OWNED, host.guestState(OTHER_FRAME));
  }

  private void assertRefusedWithoutEffect(Hvc call) {
    List<String> before = host.everything();
    host.assertAnswers(HvcResult.INVALID_PARAMETER, call);
    assertEquals(before, host.everything());
  }

  private static long number(String text) {
    return text.startsWith("0x")
        ? Long.parseUnsignedLong(text.substring(2), 16)
        : Long.parseLong(text);
  }
}
