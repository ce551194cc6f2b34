package io.github.gmem4j.policy.pkvm.guest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.api.policy.GuestMove;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.policy.pkvm.hvc.Hvc;
import io.github.gmem4j.policy.pkvm.hvc.HvcProfile;
import io.github.gmem4j.policy.pkvm.hvc.HvcResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AndroidGuestTest {
  private static final GpaRange EIGHT_PAGES = GpaRange.of(0x3000, 0x8000);

  private final GuestKernel guest = GuestFlavour.ANDROID.on(HvcProfile.ANDROID);

  private GuestMove.Call begun() {
    return call(guest.begin(EIGHT_PAGES, Shareability.SHARED));
  }

  private static GuestMove.Call call(GuestMove move) {
    return assertInstanceOf(GuestMove.Call.class, move);
  }

  @Test
  void n7_itResumesWhereACallStopped() {
    GuestMove.Call first = begun();
    GuestMove.Call second = call(guest.afterCall(first.progress(), HvcResult.successOf(3)));

    assertEquals(Hvc.share(new Gpa(0x3000), 8), first.call());
    assertEquals(Hvc.share(new Gpa(0x6000), 5), second.call());
    assertEquals(GuestMove.DONE, guest.afterCall(second.progress(), HvcResult.successOf(5)));
  }

  @Test
  void whereTheHypervisorHasNoRangesItGoesGranuleByGranule() {
    GuestKernel onMainline = GuestFlavour.ANDROID.on(HvcProfile.MAINLINE);
    GpaRange twoPages = GpaRange.of(0x3000, 0x2000);

    GuestMove.Call first = call(onMainline.begin(twoPages, Shareability.SHARED));
    GuestMove.Call second = call(onMainline.afterCall(first.progress(), HvcResult.SUCCESS));

    assertEquals(Hvc.share(new Gpa(0x3000)), first.call());
    assertEquals(Hvc.share(new Gpa(0x4000)), second.call());
    assertEquals(GuestMove.DONE, onMainline.afterCall(second.progress(), HvcResult.SUCCESS));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 9, -1})
  void aCountThatCannotBeIsAFailure(long granules) {
    assertInstanceOf(
        GuestMove.GiveUp.class, guest.afterCall(begun().progress(), HvcResult.successOf(granules)));
  }

  @Test
  void aFailureIsAFailureWhateverTheCount() {
    assertInstanceOf(
        GuestMove.GiveUp.class, guest.afterCall(begun().progress(), new HvcResult(-3, 3, 0, 0)));
  }

  @ParameterizedTest
  @CsvSource({"0x3008, 0x1000", "0x3000, 0x1001"})
  void aRangeThatIsNotMadeOfGranulesIsRefused(String start, String size) {
    GpaRange range = GpaRange.of(Long.decode(start), Long.decode(size));

    assertInstanceOf(GuestMove.GiveUp.class, guest.begin(range, Shareability.SHARED));
  }

  @Test
  void nothingIsDoneForAnEmptyRange() {
    assertEquals(GuestMove.DONE, guest.begin(GpaRange.of(0x3000, 0), Shareability.SHARED));
  }
}
