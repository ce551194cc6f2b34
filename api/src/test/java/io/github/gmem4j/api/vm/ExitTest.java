package io.github.gmem4j.api.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.memory.Signal;
import io.github.gmem4j.api.policy.GuestFault;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Exits and replies: the numbers KVM uses. */
class ExitTest {
  @ParameterizedTest
  @CsvSource({
    "0, SHARED",
    "1, SHARED",
    "15, SHARED",
    "16, PRIVATE",
    "18, PRIVATE",
    "-1, PRIVATE",
    "32, SHARED"
  })
  void bitFourAloneSaysPrivate(long attributes, Shareability expected) {
    assertEquals(expected, mapGpa(1, attributes).target());
  }

  @Test
  void rangeOfARequestIsItsPages() {
    assertEquals(GpaRange.of(0x5000, 0x3000), mapGpa(3, 0).range());
  }

  @ParameterizedTest
  @ValueSource(longs = {1L << 52, (1L << 52) + 1, -1, Long.MIN_VALUE, Long.MAX_VALUE})
  void absurdNumberOfPagesSaturatesAndNeverWrapsToASmallOne(long pages) {
    assertEquals(new ByteCount(-4096), mapGpa(pages, 0).range().size());
    assertTrue(mapGpa(pages, 0).range().isEmptyOrWraps());
  }

  @Test
  void largestNumberOfPagesThatFitsIsKept() {
    assertEquals(new ByteCount(-4096), mapGpa((1L << 52) - 1, 0).range().size());
  }

  @ParameterizedTest(name = "KVM_SYSTEM_EVENT_* of include/uapi/linux/kvm.h: {0} is {1}")
  @CsvSource({
    "SHUTDOWN, 1",
    "RESET, 2",
    "CRASH, 3",
    "WAKEUP, 4",
    "SUSPEND, 5",
    "TERMINATED, 6",
    "FATAL_ERROR, 7"
  })
  void systemEventsHaveTheKernelsNumbers(SystemEventKind kind, int number) {
    assertEquals(number, kind.number());
    assertEquals(Optional.of(kind), SystemEventKind.ofNumber(number));
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 8})
  void otherNumbersAreNoSystemEvent(int number) {
    assertEquals(Optional.empty(), SystemEventKind.ofNumber(number));
  }

  @Test
  void aSystemEventHasRoomForSixteenWords() {
    List<Long> most = Collections.nCopies(16, 7L);

    assertEquals(most, new Exit.SystemEvent(SystemEventKind.CRASH, most).data());
    assertThrows(
        IllegalArgumentException.class,
        () -> new Exit.SystemEvent(SystemEventKind.CRASH, Collections.nCopies(17, 7L)));
  }

  @ParameterizedTest
  @EnumSource(GuestFault.Cause.class)
  void faultLeavesAsAMemoryFaultOfItsPage(GuestFault.Cause cause) {
    Exit.MemoryFault exit = GuestFault.of(new Gfn(5), Shareability.PRIVATE, cause).toExit();

    assertEquals(new Gpa(0x5000), exit.gpa());
    assertEquals(GpaRange.of(0x5000, 4096), exit.range());
    assertEquals(8, exit.flags());
    assertEquals(cause == GuestFault.Cause.POISONED ? Errno.EHWPOISON : Errno.EFAULT, exit.errno());
    assertEquals(Optional.empty(), exit.errorOffset());
  }

  @Test
  void sharedFaultHasNoFlag() {
    assertEquals(
        0,
        GuestFault.of(new Gfn(5), Shareability.SHARED, GuestFault.Cause.MISMATCH).toExit().flags());
  }

  @Test
  void answersArePositiveErrnos() {
    assertEquals(0, Reply.Answer.DONE.ret());
    assertEquals(11, Reply.Answer.RETRY.ret());
    assertEquals(22, Reply.Answer.REFUSE.ret());
    assertEquals(12, Exit.MapGpaRange.NUMBER);
  }

  @Test
  void emptyProcessHasNothingMapped() {
    for (HostAccess access :
        new HostAccess[] {
          HostAddressSpace.EMPTY.load(HostVirtualAddress.NULL, new byte[1]),
          HostAddressSpace.EMPTY.store(new HostVirtualAddress(4096), new byte[1])
        }) {
      assertEquals(Signal.SIGSEGV, ((HostAccess.Fault) access).signal());
    }
  }

  private static Exit.MapGpaRange mapGpa(long pages, long attributes) {
    return new Exit.MapGpaRange(new Gpa(0x5000), new PageCount(pages), attributes, 1);
  }
}
