package io.github.gmem4j.conformance.pkvm.playing;

import static io.github.gmem4j.conformance.pkvm.playing.PkvmStory.NOWHERE;
import static io.github.gmem4j.conformance.pkvm.playing.PkvmStory.SLOT_2;
import static io.github.gmem4j.conformance.pkvm.playing.PkvmStory.answered;
import static io.github.gmem4j.conformance.pkvm.playing.PkvmStory.error;
import static io.github.gmem4j.conformance.pkvm.playing.PkvmStory.excepted;
import static io.github.gmem4j.conformance.pkvm.playing.PkvmStory.invalid;
import static io.github.gmem4j.conformance.pkvm.playing.PkvmStory.mmioLoad;
import static io.github.gmem4j.conformance.pkvm.playing.PkvmStory.mmioStore;
import static io.github.gmem4j.conformance.pkvm.playing.PkvmStory.ok;
import static io.github.gmem4j.conformance.pkvm.playing.PkvmStory.segv;
import static io.github.gmem4j.conformance.pkvm.playing.PkvmStory.shared;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.conformance.operation.Backing;
import io.github.gmem4j.conformance.pkvm.operation.Protection;
import io.github.gmem4j.conformance.pkvm.operation.Reach;
import io.github.gmem4j.conformance.recording.Result;
import io.github.gmem4j.policy.pkvm.el2.VmKind;
import io.github.gmem4j.policy.pkvm.hvc.Hvc;
import io.github.gmem4j.policy.pkvm.hvc.HvcResult;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A protected guest's first touch of a frame, and what it costs. */
final class DonationTest {
  private static PkvmStory withMemlock(long pages) {
    return PkvmStory.of(VmKind.PROTECTED, Backing.MEMFD, OptionalLong.of(pages));
  }

  @Test
  void withoutAnyLockedMemoryNotEvenTheGuestsCodeRuns() {
    PkvmStory story = withMemlock(0);

    assertEquals(error(Errno.ENOMEM), story.guestLoad(0));
    assertEquals(error(Errno.ENOMEM), story.guestLoadAt(NOWHERE));
    assertEquals(error(Errno.ENOMEM), story.call(Hvc.features()));
  }

  @Test
  void theGuestsCodeAndEachPageCostOne() {
    PkvmStory story = withMemlock(3);

    assertEquals(ok(0), story.guestLoad(0));
    assertEquals(shared(), story.share(1));
    assertEquals(error(Errno.ENOMEM), story.guestLoad(2));
    assertEquals(error(Errno.ENOMEM), story.share(2));
    assertEquals(invalid(), story.unshare(2));
    assertEquals(ok(0), story.guestLoad(0), "what is there costs nothing more");
  }

  @Test
  void lackOfLockedMemoryComesBeforeEveryOtherReasonButNoSlot() {
    PkvmStory story = withMemlock(2);
    story.guestLoad(0);
    story.load(Reach.KERNEL_COPY, 0);
    story.unmap(1, 1);
    story.setGuestMemory(10, SLOT_2, 3);

    assertEquals(error(Errno.ENOMEM), story.guestLoad(0), "poison, whose cost stays");
    assertEquals(error(Errno.ENOMEM), story.guestLoad(1), "a hole");
    assertEquals(error(Errno.ENOMEM), story.guestLoadAt(SLOT_2), "a guest_memfd");
    assertEquals(invalid(), story.share(0));
    assertEquals(mmioLoad(NOWHERE), story.guestLoadAt(NOWHERE));
    assertEquals(excepted(), story.call(Hvc.share(new Gpa(NOWHERE))));
  }

  @Test
  void aRefusedDonationCostsNothing() {
    PkvmStory story = withMemlock(3);
    story.setSlot(2, 0, SLOT_2, 1, 0);
    story.guestLoad(0);

    assertEquals(error(Errno.EPERM), story.guestLoadAt(SLOT_2));
    assertEquals(error(Errno.EPERM), story.guestLoadAt(SLOT_2));

    assertEquals(ok(0), story.guestLoad(1));
  }

  @Test
  void bothVmsOfAProcessAreChargedAndADestroyedOnePaysBack() {
    PkvmStory story = withMemlock(4);
    story.guestLoad(0);
    story.createSecond(VmKind.PROTECTED);
    assertEquals(ok(0), story.guestLoad(1));
    assertEquals(error(Errno.ENOMEM), story.guestLoad(2));
    story.use(0);
    story.destroy();
    story.use(1);

    assertEquals(ok(0), story.guestLoad(2));
    assertEquals(ok(0), story.guestLoad(3));
    assertEquals(error(Errno.ENOMEM), story.guestLoad(4));
  }

  @Test
  void ordinaryVmsCostNothing() {
    PkvmStory story = PkvmStory.of(VmKind.NORMAL, Backing.MEMFD, OptionalLong.of(0));

    assertEquals(ok(3), story.guestStore(0, 3));
  }

  @ParameterizedTest
  @EnumSource
  void anAddressThatCannotBeWrittenIsEfaultEvenForALoad(Backing backing) {
    PkvmStory story = PkvmStory.of(VmKind.PROTECTED, backing);
    story.protect(0, 1, Protection.R);
    story.protect(1, 1, Protection.NONE);
    story.unmap(2, 1);
    story.setSlot(2, 0, SLOT_2, 2, 0x100000);

    assertEquals(error(Errno.EFAULT), story.guestLoad(0));
    assertEquals(error(Errno.EFAULT), story.guestLoad(1));
    assertEquals(error(Errno.EFAULT), story.guestLoad(2));
    assertEquals(error(Errno.EFAULT), story.share(0));
    assertEquals(error(Errno.EFAULT), story.guestLoadAt(SLOT_2), "past the host memory");
    story.protect(0, 1, Protection.RW);
    assertEquals(ok(0), story.guestLoad(0));
  }

  @Test
  void aPageIsDonatedOnceWhetherPrivateOrShared() {
    PkvmStory story = PkvmStory.of(VmKind.PROTECTED, Backing.MEMFD);
    story.setSlot(2, 0, SLOT_2, 2, 0);
    story.guestLoad(0);
    story.share(1);

    assertEquals(error(Errno.EPERM), story.guestLoadAt(SLOT_2));
    assertEquals(error(Errno.EPERM), story.guestLoadAt(SLOT_2 + 0x1000));
    assertEquals(error(Errno.EPERM), story.call(Hvc.share(new Gpa(SLOT_2))));
    story.createSecond(VmKind.PROTECTED);
    assertEquals(error(Errno.EPERM), story.guestLoad(0));
    assertEquals(error(Errno.EPERM), story.guestLoad(1));
  }

  @Test
  void outsideAllSlotsThereIsNoMemory() {
    PkvmStory story = PkvmStory.of(VmKind.PROTECTED, Backing.MEMFD);

    assertEquals(mmioLoad(NOWHERE + 5), story.guestLoadAt(NOWHERE + 5));
    assertEquals(mmioStore(NOWHERE, 7), story.guestStoreAt(NOWHERE, 7));
    assertEquals(excepted(), story.call(Hvc.share(new Gpa(NOWHERE))));
    assertEquals(invalid(), story.call(Hvc.unshare(new Gpa(NOWHERE))));
    assertEquals(invalid(), story.call(Hvc.share(new Gpa(1L << 40))));
  }

  @Test
  void aGuestMemfdIsBoundButNeverReached() {
    PkvmStory story = PkvmStory.of(VmKind.PROTECTED, Backing.MEMFD);
    story.setGuestMemory(10, SLOT_2, 1);
    story.setGuestMemory(11, SLOT_2 + 0x10_0000, 3);

    assertEquals(error(Errno.EFAULT), story.guestLoadAt(SLOT_2));
    assertEquals(error(Errno.EIO), story.guestStoreAt(SLOT_2 + 0x10_0000, 1));
    assertEquals(error(Errno.EIO), story.call(Hvc.share(new Gpa(SLOT_2 + 0x10_0000))));
    assertEquals(invalid(), story.call(Hvc.unshare(new Gpa(SLOT_2))));
  }

  @Test
  void theCodePageMayBeSharedAndTakenBack() {
    PkvmStory story = PkvmStory.of(VmKind.PROTECTED, Backing.ANON);
    Gpa code = new Gpa(0x8000_0000L);

    assertEquals(invalid(), story.call(Hvc.unshare(code)));
    assertEquals(shared(), story.call(Hvc.share(code)));
    assertEquals(invalid(), story.call(Hvc.share(code)));
    assertEquals(shared(), story.call(Hvc.unshare(code)));
    story.fork();
    assertEquals(ok(0), story.guestLoad(0), "a child does not inherit it");
  }

  @Test
  void atTheEndPrivatePagesAreZeroAndSharedOnesAsTheyWere() {
    PkvmStory story = PkvmStory.of(VmKind.PROTECTED, Backing.MEMFD);
    story.guestStore(0, 70);
    story.guestStore(1, 71);
    story.share(1);
    story.guestStore(2, 72);
    story.load(Reach.KERNEL_COPY, 2);

    story.destroy();

    assertEquals(Result.value(0), story.hostLoad(0));
    assertEquals(Result.value(71), story.hostLoad(1));
    story.createSecond(VmKind.PROTECTED);
    assertEquals(ok(0), story.guestLoad(0));
    assertEquals(ok(71), story.guestLoad(1));
    assertEquals(ok(0), story.guestLoad(2), "poison died with the VM");
    assertEquals(segv("ACCERR"), story.hostLoad(1));
  }

  @Test
  void theHostKernelAnswersWhatEl2DoesNot() {
    PkvmStory story = PkvmStory.of(VmKind.PROTECTED, Backing.ANON);

    assertEquals(
        answered(new HvcResult(0xb66fb428L, 0xe911c52eL, 0x564bcaa9L, 0x743a004dL)),
        story.call(new Hvc(0x8600_FF01L, 0, 0, 0)));
    assertEquals(answered(HvcResult.NOT_SUPPORTED), story.call(Hvc.relinquish(PkvmStory.gpa(0))));
    assertEquals(answered(HvcResult.ofValue(0x1d)), story.call(Hvc.features()));
  }

  @Test
  void anOrdinaryGuestHasNoMemoryCalls() {
    PkvmStory story = PkvmStory.of(VmKind.NORMAL, Backing.ANON);

    assertEquals(answered(HvcResult.ofValue(3)), story.call(Hvc.features()));
    assertEquals(answered(HvcResult.NOT_SUPPORTED), story.share(0));
    assertEquals(answered(HvcResult.NOT_SUPPORTED), story.call(Hvc.share(new Gpa(1))));
    assertEquals(answered(HvcResult.NOT_SUPPORTED), story.call(Hvc.memInfo()));
    assertEquals(answered(HvcResult.ofValue(0x10001)), story.call(new Hvc(0x8000_0000L, 0, 0, 0)));
  }
}
