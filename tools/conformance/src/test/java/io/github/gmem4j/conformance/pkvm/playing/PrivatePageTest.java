package io.github.gmem4j.conformance.pkvm.playing;

import static io.github.gmem4j.conformance.pkvm.playing.PkvmStory.data;
import static io.github.gmem4j.conformance.pkvm.playing.PkvmStory.error;
import static io.github.gmem4j.conformance.pkvm.playing.PkvmStory.invalid;
import static io.github.gmem4j.conformance.pkvm.playing.PkvmStory.ok;
import static io.github.gmem4j.conformance.pkvm.playing.PkvmStory.segv;
import static io.github.gmem4j.conformance.pkvm.playing.PkvmStory.shared;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.conformance.operation.Backing;
import io.github.gmem4j.conformance.operation.PinKind;
import io.github.gmem4j.conformance.pkvm.operation.Protection;
import io.github.gmem4j.conformance.pkvm.operation.Reach;
import io.github.gmem4j.conformance.recording.Result;
import io.github.gmem4j.policy.pkvm.el2.VmKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of a protected guest's page when the host does something. */
final class PrivatePageTest {
  private static PkvmStory on(Backing backing) {
    PkvmStory story = PkvmStory.of(VmKind.PROTECTED, backing);
    story.hostStore(0, 10);
    assertEquals(ok(10), story.guestLoad(0), "a donated page keeps the host's bytes");
    story.guestStore(0, 77);
    return story;
  }

  @ParameterizedTest
  @EnumSource
  void anAccessThroughAnAddressFailsAndDoesNothing(Backing backing) {
    PkvmStory story = on(backing);

    assertEquals(segv("ACCERR"), story.hostLoad(0));
    assertEquals(segv("ACCERR"), story.hostStore(0, 1));
    assertEquals(Result.failed(Errno.EFAULT), story.load(Reach.USER_COPY, 0));
    assertEquals(Result.failed(Errno.EFAULT), story.store(Reach.USER_COPY, 0, 1));

    assertEquals(ok(77), story.guestLoad(0));
  }

  @ParameterizedTest
  @EnumSource
  void aKernelCopyGetsZeroesAndPoisonsTheFrame(Backing backing) {
    PkvmStory story = on(backing);

    assertEquals(Result.value(0), story.load(Reach.KERNEL_COPY, 0));

    assertPoisoned(story, 0);
    assertEquals(Result.value(0), story.hostLoad(0));
  }

  @ParameterizedTest
  @EnumSource
  void aKernelCopyIntoThePageStoresAfterTheZeroing(Backing backing) {
    PkvmStory story = on(backing);

    assertEquals(Result.value(5), story.store(Reach.KERNEL_COPY, 0, 5));

    assertPoisoned(story, 0);
    assertEquals(Result.value(5), story.hostLoad(0));
  }

  @Test
  void readingAndWritingTheFileDoesTheSame() {
    PkvmStory story = on(Backing.MEMFD);
    story.guestStore(1, 78);

    assertEquals(Result.value(0), story.load(Reach.FILE, 0));
    assertEquals(Result.value(6), story.store(Reach.FILE, 1, 6));

    assertPoisoned(story, 0);
    assertPoisoned(story, 1);
  }

  @Test
  void thereIsNoFileBehindAnonymousMemory() {
    PkvmStory story = on(Backing.ANON);

    assertEquals(Result.failed(Errno.EBADF), story.load(Reach.FILE, 0));
    assertEquals(ok(77), story.guestLoad(0));
  }

  @ParameterizedTest
  @EnumSource
  void aPipeTakesThePageAsItIsAndPoisonsWhenItIsRead(Backing backing) {
    PkvmStory story = on(backing);

    assertEquals(Result.returned(4096), story.pin(PinKind.VMSPLICE, 0, 1));
    assertEquals(ok(77), story.guestLoad(0));
    assertEquals(data(0), story.unpin(PinKind.VMSPLICE));

    assertPoisoned(story, 0);
  }

  @ParameterizedTest
  @EnumSource
  void noReferenceBlocksTakingAPageBack(Backing backing) {
    for (PinKind kind : PinKind.values()) {
      PkvmStory story = on(backing);
      assertEquals(shared(), story.share(0));
      story.pin(kind, 0, 1);

      assertEquals(shared(), story.unshare(0));

      assertEquals(segv("ACCERR"), story.hostLoad(0));
      assertEquals(ok(77), story.guestLoad(0));
    }
  }

  @Test
  void aRegisteredBufferNeverReadsThePage() {
    PkvmStory story = on(Backing.ANON);

    assertEquals(Result.success(), story.pin(PinKind.IOURING, 0, 2));
    assertEquals(Result.success(), story.unpin(PinKind.IOURING));

    assertEquals(ok(77), story.guestLoad(0));
  }

  @Test
  void aForkCopiesAnonymousPagesAndSoPoisonsWhatIsPrivateAndMapped() {
    PkvmStory story = on(Backing.ANON);
    story.guestStore(1, 81);
    story.share(1);
    story.guestStore(2, 82);
    story.unmap(2, 1);
    story.guestStore(3, 83);
    story.protect(3, 1, Protection.NONE);

    story.fork();

    assertPoisoned(story, 0);
    assertPoisoned(story, 3);
    assertEquals(ok(81), story.guestLoad(1), "shared pages are only copied");
    assertEquals(ok(82), story.guestLoad(2), "what is not mapped is not copied");
    assertEquals(Result.value(0), story.load(Reach.CHILD, 0));
    assertEquals(Result.value(81), story.load(Reach.CHILD, 1));
    assertEquals(segv("MAPERR"), story.load(Reach.CHILD, 2));
    assertEquals(segv("ACCERR"), story.load(Reach.CHILD, 3));
  }

  @Test
  void theChildsAnonymousBytesAreItsOwn() {
    PkvmStory story = on(Backing.ANON);
    story.hostStore(5, 1);
    story.share(0);
    story.fork();

    story.store(Reach.CHILD, 5, 2);
    story.hostStore(5, 3);
    story.store(Reach.CHILD, 0, 4);

    assertEquals(Result.value(2), story.load(Reach.CHILD, 5));
    assertEquals(Result.value(3), story.hostLoad(5));
    assertEquals(ok(77), story.guestLoad(0));
    story.childExit();
    assertEquals(segv("MAPERR"), story.load(Reach.CHILD, 5));
  }

  @Test
  void aForkWithAFileTouchesNoPageAndTheChildSeesTheFile() {
    PkvmStory story = on(Backing.MEMFD);
    story.guestStore(1, 81);
    story.share(1);

    story.fork();

    assertEquals(ok(77), story.guestLoad(0));
    assertEquals(segv("ACCERR"), story.load(Reach.CHILD, 0));
    assertEquals(segv("ACCERR"), story.store(Reach.CHILD, 0, 1));
    story.store(Reach.CHILD, 1, 4);
    assertEquals(ok(4), story.guestLoad(1));
  }

  @ParameterizedTest
  @EnumSource
  void theGuestKeepsItsPageWhateverBecomesOfTheAddress(Backing backing) {
    PkvmStory story = on(backing);
    story.guestStore(1, 81);
    story.guestStore(2, 82);
    story.protect(1, 1, Protection.NONE);
    story.unmap(2, 1);
    story.drop(0, 1);

    assertEquals(ok(77), story.guestLoad(0));
    assertEquals(ok(81), story.guestLoad(1));
    assertEquals(ok(82), story.guestLoad(2));
    story.remap(2, 1);
    Result seen = backing == Backing.ANON ? Result.value(0) : segv("ACCERR");
    assertEquals(seen, story.hostLoad(0));
    assertEquals(seen, story.hostLoad(2));
    assertEquals(ok(82), story.guestLoad(2));
  }

  @Test
  void aPunchedFileGetsANewPageAndTheGuestKeepsTheOld() {
    PkvmStory story = on(Backing.MEMFD);

    story.punch(0);

    assertEquals(Result.value(0), story.hostLoad(0));
    story.hostStore(0, 9);
    assertEquals(ok(77), story.guestLoad(0));
    assertEquals(Result.value(9), story.load(Reach.FILE, 0));
    assertEquals(ok(77), story.guestLoad(0));
  }

  @ParameterizedTest
  @EnumSource
  void theHostsOwnHolesAndProtectionsWinOverOwnership(Backing backing) {
    PkvmStory story = on(backing);
    story.guestStore(1, 81);
    story.guestStore(2, 82);
    story.unmap(0, 1);
    story.protect(1, 1, Protection.NONE);
    story.protect(2, 1, Protection.R);

    assertEquals(segv("MAPERR"), story.hostLoad(0));
    assertEquals(Result.failed(Errno.EFAULT), story.load(Reach.KERNEL_COPY, 0));
    assertEquals(Result.failed(Errno.EFAULT), story.load(Reach.KERNEL_COPY, 1));
    assertEquals(Result.failed(Errno.EFAULT), story.store(Reach.KERNEL_COPY, 2, 1));
    assertEquals(Result.failed(Errno.EFAULT), story.pin(PinKind.VMSPLICE, 1, 1));
    assertEquals(Result.failed(Errno.EFAULT), story.pin(PinKind.IOURING, 2, 1));
    assertEquals(ok(77), story.guestLoad(0));
    assertEquals(ok(81), story.guestLoad(1));
    assertEquals(ok(82), story.guestLoad(2));
    assertEquals(Result.value(0), story.load(Reach.KERNEL_COPY, 2));
    assertPoisoned(story, 2);
  }

  @Test
  void aReclaimedPageIsGoodForAnotherFrame() {
    PkvmStory story = on(Backing.ANON);
    story.setSlot(2, 0, PkvmStory.SLOT_2, 1, 0);
    assertEquals(error(Errno.EPERM), story.guestLoadAt(PkvmStory.SLOT_2));

    story.store(Reach.KERNEL_COPY, 0, 12);

    assertEquals(ok(12), story.guestLoadAt(PkvmStory.SLOT_2));
    assertPoisoned(story, 0);
  }

  private static void assertPoisoned(PkvmStory story, int page) {
    assertEquals(error(Errno.EFAULT), story.guestLoad(page));
    assertEquals(error(Errno.EFAULT), story.guestStore(page, 1));
    assertEquals(invalid(), story.share(page));
    assertEquals(invalid(), story.unshare(page));
  }
}
