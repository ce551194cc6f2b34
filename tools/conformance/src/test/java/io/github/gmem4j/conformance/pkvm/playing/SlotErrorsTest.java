package io.github.gmem4j.conformance.pkvm.playing;

import static io.github.gmem4j.conformance.pkvm.playing.PkvmStory.PAGES;
import static io.github.gmem4j.conformance.pkvm.playing.PkvmStory.SLOT_1;
import static io.github.gmem4j.conformance.pkvm.playing.PkvmStory.SLOT_2;
import static io.github.gmem4j.conformance.pkvm.playing.PkvmStory.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.conformance.operation.Backing;
import io.github.gmem4j.conformance.pkvm.operation.SlotOperation;
import io.github.gmem4j.conformance.recording.Field;
import io.github.gmem4j.conformance.recording.Result;
import io.github.gmem4j.conformance.recording.ResultBuilder;
import io.github.gmem4j.policy.pkvm.el2.VmKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The errors of {@code KVM_SET_USER_MEMORY_REGION} and of guest_memfds, in order. */
final class SlotErrorsTest {
  private static final long BEYOND = 1L << 40;

  private static PkvmStory on(VmKind kind) {
    return PkvmStory.of(kind, Backing.MEMFD);
  }

  private static Result einval() {
    return Result.failed(Errno.EINVAL);
  }

  @ParameterizedTest
  @CsvSource({
    "2, 0x4, 0xa0000000, 0x1000, 0x0",
    "2, 0x8, 0xa0000000, 0x1000, 0x0",
    "2, 0x0, 0xa0000001, 0x1000, 0x0",
    "2, 0x0, 0xa0000000, 0x1001, 0x0",
    "2, 0x0, 0xa0000000, 0x1000, 0x10",
    "2, 0x0, 0xa0000000, 0x0, 0x0",
    "2, 0x0, 0xfffffffffffff000, 0x2000, 0x0",
    "2, 0x0, 0x0, 0x80000000000, 0x0",
    "2, 0x0, 0xa0000000, 0x1000, 0xfffffffffffff000",
    "32767, 0x0, 0xa0000000, 0x1000, 0x0",
    "65538, 0x0, 0xa0000000, 0x1000, 0x0",
    "1, 0x0, 0x90000000, 0x1000, 0x0",
    "1, 0x0, 0x90000000, 0x8000, 0x1000",
    "1, 0x2, 0x90000000, 0x8000, 0x0",
    "0, 0x0, 0x80000000, 0x1000, 0x0"
  })
  void illegalArgumentsAndChangesAreInvalid(
      int slot, String flags, String gpa, String size, String offset) {
    for (VmKind kind : VmKind.values()) {
      assertEquals(
          einval(),
          on(kind)
              .play(
                  new SlotOperation.Set(
                      slot,
                      number(flags),
                      new Gpa(number(gpa)),
                      new ByteCount(number(size)),
                      new ByteOffset(number(offset)))));
    }
  }

  @ParameterizedTest
  @EnumSource
  void theSameAgainIsDoneAtAnyTime(VmKind kind) {
    PkvmStory story = on(kind);
    story.guestLoad(0);

    assertEquals(Result.success(), story.setSlot(1, 0, SLOT_1, PAGES, 0));
    assertEquals(Result.success(), story.setSlot(2, 0, SLOT_2, 2, 0), "a new slot too");
  }

  @ParameterizedTest
  @EnumSource
  void anOverlapExistsAndComesBeforeTheKindOfVm(VmKind kind) {
    PkvmStory story = on(kind);
    Result exists = Result.failed(Errno.EEXIST);

    assertEquals(exists, story.setSlot(2, 0, SLOT_1 + 0x7000, 2, 0));
    assertEquals(exists, story.setSlot(2, 1, SLOT_1 - 0x1000, 2, 0));
    assertEquals(exists, story.setSlot(2, 0, 0x8000_0000L, 1, 0), "the guest's code");
    assertEquals(Result.success(), story.setSlot(2, 0, SLOT_1 + 0x8000, 2, 0));
    assertEquals(exists, story.setSlot(1, 0, SLOT_1 + 0x1000, PAGES, 0), "a move");
    assertEquals(Result.success(), story.setSlot(1, 0, SLOT_1 - 0x1000, PAGES, 0));
  }

  @Test
  void aProtectedVmTakesNoFlagsEver() {
    PkvmStory story = on(VmKind.PROTECTED);

    assertEquals(Result.failed(Errno.EPERM), story.setSlot(2, 1, SLOT_2, 1, 0));
    assertEquals(Result.failed(Errno.EPERM), story.setSlot(2, 2, SLOT_2, 1, 0));
    assertEquals(Result.failed(Errno.EPERM), story.setSlot(1, 1, SLOT_1, PAGES, 0));
    assertEquals(Result.failed(Errno.EPERM), story.setSlot(2, 2, BEYOND, 1, 0));
    PkvmStory ordinary = on(VmKind.NORMAL);
    assertEquals(Result.success(), ordinary.setSlot(1, 1, SLOT_1, PAGES, 0));
    assertEquals(Result.success(), ordinary.setSlot(2, 2, SLOT_2, 1, 0));
  }

  @Test
  void aProtectedVmThatRanKeepsItsSlots() {
    PkvmStory story = on(VmKind.PROTECTED);
    assertEquals(Result.success(), story.setSlot(1, 0, SLOT_2, PAGES, 0));
    assertEquals(Result.success(), story.setSlot(1, 0, SLOT_2, 0, 0));
    story.setSlot(1, 0, SLOT_1, PAGES, 0);
    assertEquals(ok(5), story.guestStore(0, 5));

    assertEquals(Result.failed(Errno.EPERM), story.setSlot(1, 0, SLOT_1, 0, 0));
    assertEquals(Result.failed(Errno.EPERM), story.setSlot(1, 0, SLOT_2, PAGES, 0));
    assertEquals(Result.failed(Errno.EPERM), story.setSlot(1, 0, BEYOND, PAGES, 0));
    assertEquals(Result.failed(Errno.EPERM), story.setSlot(1, 0, SLOT_1, 0, 0x5000));
    assertEquals(einval(), story.setSlot(2, 0, SLOT_1, 0, 0), "there is none to delete");
    assertEquals(einval(), story.setSlot(1, 4, SLOT_1, 0, 0), "flags come first");
    assertEquals(ok(5), story.guestLoad(0));
  }

  @ParameterizedTest
  @EnumSource
  void aSlotEndsWhereTheGuestsAddressesEnd(VmKind kind) {
    PkvmStory story = on(kind);

    assertEquals(Result.failed(Errno.EFAULT), story.setSlot(2, 0, BEYOND, 1, 0));
    assertEquals(Result.failed(Errno.EFAULT), story.setSlot(2, 0, BEYOND - 0x1000, 2, 0));
    assertEquals(Result.success(), story.setSlot(2, 0, BEYOND - 0x1000, 1, 0));
  }

  @ParameterizedTest
  @CsvSource({
    "0x1000, 0, true",
    "0x1000, 3, true",
    "0x1000, 4, false",
    "0x0, 0, false",
    "0x64, 1, false",
    "0xfffffffffffff000, 0, false"
  })
  void aGuestMemfdHasWholePagesAndKnownFlags(String size, long flags, boolean good) {
    for (VmKind kind : VmKind.values()) {
      assertEquals(
          good ? Result.success() : einval(), on(kind).createGuestMemory(number(size), flags));
    }
  }

  @ParameterizedTest
  @EnumSource
  void onlyAGuestMemfdThatCanBeMappedIsBound(VmKind kind) {
    PkvmStory story = on(kind);
    Result bound = new ResultBuilder().with(Field.MMAP, "OK").with(Field.RET, 0).build();
    Result refused = new ResultBuilder().with(Field.MMAP, "ENODEV").failure(Errno.EINVAL).build();

    assertEquals(refused, story.setGuestMemory(10, SLOT_2, 0));
    assertEquals(refused, story.setGuestMemory(10, SLOT_2, 2));
    assertEquals(bound, story.setGuestMemory(10, SLOT_2, 1));
    assertEquals(bound, story.setGuestMemory(11, SLOT_2 + 0x4000, 3));
    assertEquals(einval(), story.setGuestMemory(12, SLOT_2 + 0x8000, 4), "no such flag");
  }

  @ParameterizedTest
  @EnumSource
  void theSlotOfAGuestMemfdCannotBeChanged(VmKind kind) {
    PkvmStory story = on(kind);
    story.setGuestMemory(10, SLOT_2, 1);

    assertEquals(
        new ResultBuilder().with(Field.MMAP, "OK").failure(Errno.EINVAL).build(),
        story.setGuestMemory(10, SLOT_2, 1));
    assertEquals(
        new ResultBuilder().with(Field.MMAP, "OK").failure(Errno.EEXIST).build(),
        story.setGuestMemory(11, SLOT_2 + 0x3000, 1));
    assertEquals(
        new ResultBuilder().with(Field.MMAP, "OK").failure(Errno.EFAULT).build(),
        story.setGuestMemory(11, BEYOND, 1));
    assertEquals(einval(), story.setSlot(10, 0, SLOT_2, 4, 0));
    assertEquals(Result.success(), story.setSlot(10, 0, SLOT_2, 0, 0));
  }

  private static long number(String text) {
    return text.startsWith("0x")
        ? Long.parseUnsignedLong(text.substring(2), 16)
        : Long.parseLong(text);
  }
}
