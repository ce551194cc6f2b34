package io.github.gmem4j.conformance.pkvm.playing;

import static io.github.gmem4j.conformance.pkvm.playing.PkvmStory.SLOT_1;
import static io.github.gmem4j.conformance.pkvm.playing.PkvmStory.SLOT_2;
import static io.github.gmem4j.conformance.pkvm.playing.PkvmStory.data;
import static io.github.gmem4j.conformance.pkvm.playing.PkvmStory.error;
import static io.github.gmem4j.conformance.pkvm.playing.PkvmStory.mmioStore;
import static io.github.gmem4j.conformance.pkvm.playing.PkvmStory.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.conformance.operation.Backing;
import io.github.gmem4j.conformance.operation.PinKind;
import io.github.gmem4j.conformance.pkvm.operation.Protection;
import io.github.gmem4j.conformance.pkvm.operation.Reach;
import io.github.gmem4j.conformance.recording.Result;
import io.github.gmem4j.policy.pkvm.el2.VmKind;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pages of an ordinary VM, which a protected one can have only when they are no longer lent. */
final class LentPageTest {
  private static PkvmStory on(Backing backing) {
    PkvmStory story = PkvmStory.of(VmKind.NORMAL, backing);
    story.guestStore(0, 77);
    return story;
  }

  /** Asserts what a protected VM's touch of host page 0 comes to. */
  private static void assertProtectedTouch(Result expected, PkvmStory story) {
    story.createSecond(VmKind.PROTECTED);
    assertEquals(expected, story.guestLoad(0));
  }

  @ParameterizedTest
  @EnumSource
  void hostAndGuestSeeTheSameBytes(Backing backing) {
    PkvmStory story = on(backing);

    assertEquals(Result.value(77), story.hostLoad(0));
    story.hostStore(0, 78);
    assertEquals(ok(78), story.guestLoad(0));
    assertEquals(Result.value(78), story.load(Reach.KERNEL_COPY, 0));
    assertEquals(ok(78), story.guestLoad(0));
  }

  @ParameterizedTest
  @EnumSource
  void aPageThatWasTouchedCannotBeDonated(Backing backing) {
    assertProtectedTouch(error(Errno.EPERM), on(backing));

    PkvmStory loaded = PkvmStory.of(VmKind.NORMAL, backing);
    loaded.hostStore(0, 5);
    loaded.guestLoad(0);
    assertProtectedTouch(error(Errno.EPERM), loaded);
  }

  @Test
  void aLoadOfAnonymousMemoryThatWasNeverWrittenLendsNothing() {
    PkvmStory anonymous = PkvmStory.of(VmKind.NORMAL, Backing.ANON);
    assertEquals(ok(0), anonymous.guestLoad(0));
    assertProtectedTouch(ok(0), anonymous);

    PkvmStory file = PkvmStory.of(VmKind.NORMAL, Backing.MEMFD);
    assertEquals(ok(0), file.guestLoad(0));
    assertProtectedTouch(error(Errno.EPERM), file);
  }

  @ParameterizedTest
  @EnumSource
  void aPageIsTakenBackWhenItsAddressLosesOrChangesIt(Backing backing) {
    assertTakenBack(backing, story -> story.drop(0, 1));
    assertTakenBack(
        backing,
        story -> {
          story.unmap(0, 1);
          story.remap(0, 1);
        });
    assertTakenBack(backing, story -> story.remap(0, 1));
    assertTakenBack(
        backing,
        story -> {
          story.protect(0, 1, Protection.R);
          story.protect(0, 1, Protection.RW);
        });
    assertTakenBack(backing, story -> story.setSlot(1, 0, SLOT_1, 0, 0));
    assertTakenBack(backing, story -> story.setSlot(1, 0, SLOT_2, PkvmStory.PAGES, 0));
    assertTakenBack(backing, PkvmStory::destroy);
  }

  private static void assertTakenBack(Backing backing, Consumer<PkvmStory> deed) {
    PkvmStory story = on(backing);
    deed.accept(story);
    story.createSecond(VmKind.PROTECTED);
    story.guestStore(0, 1);
    assertEquals(ok(1), story.guestLoad(0));
  }

  @Test
  void aPunchTakesItBackAndAForkOnlyFromAnonymousMemory() {
    assertTakenBack(Backing.MEMFD, story -> story.punch(0));
    assertTakenBack(Backing.ANON, PkvmStory::fork);

    PkvmStory file = on(Backing.MEMFD);
    file.fork();
    assertProtectedTouch(error(Errno.EPERM), file);
  }

  @ParameterizedTest
  @EnumSource
  void aProtectionThatChangesNothingTakesNothingBack(Backing backing) {
    PkvmStory story = on(backing);
    story.protect(0, PkvmStory.PAGES, Protection.RW);

    assertProtectedTouch(error(Errno.EPERM), story);
  }

  @Test
  void aMoveThatIsRefusedForItsNewPlaceHasTakenThePagesBackAllTheSame() {
    PkvmStory story = on(Backing.MEMFD);

    assertEquals(
        Result.failed(Errno.EFAULT), story.setSlot(1, 0, (1L << 40) - 0x1000, PkvmStory.PAGES, 0));

    assertProtectedTouch(ok(77), story);
  }

  @Test
  void aMoveOntoAnotherSlotIsRefusedBeforeAnythingHappens() {
    PkvmStory story = on(Backing.MEMFD);
    story.setSlot(2, 0, SLOT_2, 1, 0x1000);

    assertEquals(Result.failed(Errno.EEXIST), story.setSlot(1, 0, SLOT_2, PkvmStory.PAGES, 0));

    assertProtectedTouch(error(Errno.EPERM), story);
  }

  @Test
  void aPageLentTwiceIsTakenBackWhenBothAddressesOfTheGuestAreGone() {
    PkvmStory story = on(Backing.MEMFD);
    story.setSlot(2, 0, SLOT_2, 1, 0);
    assertEquals(ok(77), story.guestLoadAt(SLOT_2));
    story.setSlot(1, 0, SLOT_1, 0, 0);
    story.createSecond(VmKind.PROTECTED);
    assertEquals(error(Errno.EPERM), story.guestLoad(0));

    story.use(0);
    story.setSlot(2, 0, SLOT_2, 0, 0);

    story.use(1);
    assertEquals(ok(77), story.guestLoad(0));
  }

  @Test
  void whatAProtectedVmHasIsNotForAnOrdinaryOne() {
    PkvmStory story = PkvmStory.of(VmKind.PROTECTED, Backing.MEMFD);
    story.guestStore(0, 1);
    story.guestStore(1, 1);
    story.share(1);
    story.createSecond(VmKind.NORMAL);

    assertEquals(error(Errno.EPERM), story.guestLoad(0));
    assertEquals(error(Errno.EPERM), story.guestStore(1, 1));
    story.load(Reach.KERNEL_COPY, 0);
    assertEquals(ok(0), story.guestLoad(0));
  }

  @Test
  void afterAForkTheOneThatStoresGetsAnotherPageWhichIsNotLent() {
    PkvmStory story = on(Backing.ANON);
    story.fork();
    assertEquals(ok(77), story.guestLoad(0));
    story.hostStore(0, 78);

    assertProtectedTouch(ok(78), story);
    assertEquals(Result.value(77), story.load(Reach.CHILD, 0));
  }

  @Test
  void afterTheChildsEndAStoreKeepsThePageWhichStaysLent() {
    PkvmStory story = on(Backing.ANON);
    story.fork();
    story.guestLoad(0);
    story.childExit();
    story.hostStore(0, 78);

    assertProtectedTouch(error(Errno.EPERM), story);
  }

  @Test
  void afterTheChildsOwnStoreTheParentHasThePageAlone() {
    PkvmStory story = on(Backing.ANON);
    story.fork();
    story.guestLoad(0);
    story.store(Reach.CHILD, 0, 5);
    story.hostStore(0, 78);

    assertProtectedTouch(error(Errno.EPERM), story);
    assertEquals(Result.value(5), story.load(Reach.CHILD, 0));
  }

  @Test
  void aKernelCopyPinsAndSoTakesAPageThatTheChildDoesNotHave() {
    PkvmStory story = on(Backing.ANON);
    story.fork();
    story.guestLoad(0);
    assertEquals(Result.value(77), story.load(Reach.KERNEL_COPY, 0));
    story.childExit();

    assertProtectedTouch(ok(77), story);
  }

  @Test
  void aProtectedGuestsTouchAfterAForkTakesAPageOfItsOwn() {
    PkvmStory story = on(Backing.ANON);
    story.fork();
    story.guestLoad(0);

    assertProtectedTouch(ok(77), story);
    assertEquals(Result.value(77), story.load(Reach.CHILD, 0));
  }

  @Test
  void aStoreToAReadOnlySlotIsForADevice() {
    PkvmStory story = PkvmStory.of(VmKind.NORMAL, Backing.MEMFD);
    story.setSlot(2, 2, SLOT_2, 1, 0);
    story.hostStore(0, 9);

    assertEquals(mmioStore(SLOT_2, 3), story.guestStoreAt(SLOT_2, 3));
    assertEquals(ok(9), story.guestLoadAt(SLOT_2));
    story.unmap(0, 1);
    assertEquals(mmioStore(SLOT_2, 3), story.guestStoreAt(SLOT_2, 3));
    assertEquals(error(Errno.EFAULT), story.guestLoadAt(SLOT_2));
  }

  @Test
  void aProtectionOfTheHostBindsAnOrdinaryGuest() {
    PkvmStory story = on(Backing.MEMFD);
    story.protect(0, 1, Protection.R);

    assertEquals(ok(77), story.guestLoad(0));
    assertEquals(error(Errno.EFAULT), story.guestStore(0, 1));
    story.protect(0, 1, Protection.NONE);
    assertEquals(error(Errno.EFAULT), story.guestLoad(0));
  }

  @Test
  void anOrdinaryGuestHasItsGuestMemfd() {
    PkvmStory story = PkvmStory.of(VmKind.NORMAL, Backing.MEMFD);
    story.setGuestMemory(10, SLOT_2, 1);

    assertEquals(ok(0), story.guestLoadAt(SLOT_2 + 0x3000));
    story.guestStoreAt(SLOT_2 + 0x3000, 8);
    assertEquals(ok(8), story.guestLoadAt(SLOT_2 + 0x3000));
    assertEquals(ok(0), story.guestLoadAt(SLOT_2));
    story.setSlot(10, 0, SLOT_2, 0, 0);
    story.setGuestMemory(10, SLOT_2, 3);
    assertEquals(ok(0), story.guestLoadAt(SLOT_2 + 0x3000));
  }

  @Test
  void aPipeOfMemoryThatWasNeverWrittenHoldsTheZeroPage() {
    PkvmStory anonymous = PkvmStory.of(VmKind.NORMAL, Backing.ANON);
    anonymous.hostStore(1, 6);
    assertEquals(Result.returned(8192), anonymous.pin(PinKind.VMSPLICE, 0, 2));
    anonymous.hostStore(0, 5);
    anonymous.hostStore(1, 7);
    assertEquals(data(0, 7), anonymous.unpin(PinKind.VMSPLICE));

    PkvmStory file = PkvmStory.of(VmKind.NORMAL, Backing.MEMFD);
    file.pin(PinKind.VMSPLICE, 0, 1);
    file.hostStore(0, 5);
    assertEquals(data(5), file.unpin(PinKind.VMSPLICE));
  }

  @Test
  void aPipeTakesWhatComesBeforeAHoleAndABufferTakesNothing() {
    PkvmStory story = PkvmStory.of(VmKind.NORMAL, Backing.ANON);
    story.unmap(2, 1);

    assertEquals(Result.returned(8192), story.pin(PinKind.VMSPLICE, 0, 3));
    story.unpin(PinKind.VMSPLICE);
    assertEquals(Result.failed(Errno.EFAULT), story.pin(PinKind.VMSPLICE, 2, 2));
    assertEquals(Result.failed(Errno.EFAULT), story.pin(PinKind.IOURING, 0, 3));
    // The pages before the hole were made for the buffer, and a load lends them now.
    story.guestLoad(0);
    assertProtectedTouch(error(Errno.EPERM), story);
  }
}
