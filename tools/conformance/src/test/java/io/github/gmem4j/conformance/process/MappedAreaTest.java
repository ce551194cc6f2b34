package io.github.gmem4j.conformance.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.Signal;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class MappedAreaTest {
  private static final ByteCount SIX_PAGES = new ByteCount(6 * Page.BYTES);

  private final GuestMemory memory = mock(GuestMemory.class);
  private final HostMapping mapping = mock(HostMapping.class);
  private final MappedArea guestMemory =
      new MappedArea(SIX_PAGES, new GuestMemorySource(memory, mapping));
  private final MappedArea anonymous = new MappedArea(SIX_PAGES, new AnonymousSource());
  private final MappedArea file = new MappedArea(SIX_PAGES, new SharedFileSource());

  @Test
  void anAccessOutsideOrInAHoleIsSegv() {
    anonymous.unmap(PageRange.of(2, 1));

    assertEquals(Signal.SIGSEGV, signal(anonymous, 2));
    assertEquals(Signal.SIGSEGV, signal(anonymous, 6));
    assertEquals(0, value(anonymous, 3));
  }

  @Test
  void remappingAnonymousMemoryLosesItsBytesAndRemappingAFileDoesNot() {
    store(anonymous, 1, 7);
    store(file, 1, 7);

    anonymous.remap(PageRange.of(1, 1));
    file.unmap(PageRange.of(1, 1));
    file.remap(PageRange.of(1, 1));

    assertEquals(0, value(anonymous, 1));
    assertEquals(7, value(file, 1));
  }

  @Test
  void dontNeedZeroesAnonymousMemoryOnly() {
    store(anonymous, 1, 7);
    store(file, 1, 7);

    assertEquals(Optional.empty(), anonymous.drop(PageRange.of(0, 6)));
    assertEquals(Optional.empty(), file.drop(PageRange.of(0, 6)));

    assertEquals(0, value(anonymous, 1));
    assertEquals(7, value(file, 1));
  }

  @Test
  void removePunchesAFileAndIsInvalidForAnonymousMemory() {
    store(anonymous, 1, 7);
    store(file, 1, 7);

    assertEquals(Optional.of(Errno.EINVAL), anonymous.punch(PageRange.of(0, 6)));
    assertEquals(Optional.empty(), file.punch(PageRange.of(0, 6)));

    assertEquals(7, value(anonymous, 1));
    assertEquals(0, value(file, 1));
  }

  @Test
  void dontNeedWorksUpToTheFirstLockedPage() {
    for (int page = 0; page < 4; page++) {
      store(anonymous, page, 7);
    }
    assertEquals(Optional.empty(), anonymous.lock(PageRange.of(2, 1)));

    assertEquals(Optional.of(Errno.EINVAL), anonymous.drop(PageRange.of(0, 4)));
    assertEquals(0, value(anonymous, 1));
    assertEquals(7, value(anonymous, 2));
    assertEquals(7, value(anonymous, 3));

    assertEquals(Optional.empty(), anonymous.unlock(PageRange.of(0, 6)));
    assertEquals(Optional.empty(), anonymous.drop(PageRange.of(0, 4)));
    assertEquals(0, value(anonymous, 3));
  }

  @Test
  void dontNeedGoesOnAfterAHoleAndThenReportsIt() {
    store(anonymous, 0, 7);
    store(anonymous, 3, 7);
    anonymous.unmap(PageRange.of(1, 1));

    assertEquals(Optional.of(Errno.ENOMEM), anonymous.drop(PageRange.of(0, 4)));
    assertEquals(0, value(anonymous, 0));
    assertEquals(0, value(anonymous, 3));
  }

  @Test
  void unmappingForgetsTheLock() {
    anonymous.lock(PageRange.of(0, 6));
    anonymous.remap(PageRange.of(2, 1));

    assertEquals(Optional.empty(), anonymous.drop(PageRange.of(2, 1)));
    assertEquals(Optional.of(Errno.EINVAL), anonymous.drop(PageRange.of(3, 1)));
  }

  @Test
  void populateStopsAtTheFirstPageThatCannotBeTouched() {
    refuse(2);

    assertEquals(Optional.of(Errno.EFAULT), guestMemory.populate(PageRange.of(1, 3), Touch.WRITE));

    verify(mapping).load(eq(new PageIndex(1).offset()), any());
    verify(mapping, never()).load(eq(new PageIndex(3).offset()), any());
  }

  @Test
  void populateReportsAHole() {
    guestMemory.unmap(PageRange.of(0, 1));

    assertEquals(Optional.of(Errno.ENOMEM), guestMemory.populate(PageRange.of(0, 1), Touch.READ));
  }

  @Test
  void lockMarksTheWholeRangeEvenIfAPageCannotBeTouched() {
    refuse(1);

    assertEquals(Optional.of(Errno.ENOMEM), guestMemory.lock(PageRange.of(0, 3)));

    assertEquals(Optional.of(Errno.EINVAL), guestMemory.drop(PageRange.of(2, 1)));
  }

  @Test
  void lockStopsBeforeAHoleAndTouchesNothing() {
    guestMemory.unmap(PageRange.of(1, 1));

    assertEquals(Optional.of(Errno.ENOMEM), guestMemory.lock(PageRange.of(0, 3)));

    verify(mapping, never()).load(any(), any());
    assertEquals(Optional.of(Errno.EINVAL), guestMemory.drop(PageRange.of(0, 1)));
    assertEquals(Optional.empty(), guestMemory.drop(PageRange.of(2, 1)));
  }

  @Test
  void removeAsksTheGuestMemoryRunByRun() {
    when(memory.punchHole(any())).thenReturn(KernelResult.ok(PageRange.of(0, 1).bytes()));
    guestMemory.unmap(PageRange.of(2, 1));

    guestMemory.punch(PageRange.of(1, 4));

    var order = inOrder(memory);
    order.verify(memory).punchHole(PageRange.of(1, 1).bytes());
    order.verify(memory).punchHole(PageRange.of(3, 2).bytes());
  }

  @Test
  void referencesAreTakenUpToTheFirstPageThatCannotBeTouched() {
    Pin pin = mock(Pin.class);
    when(mapping.pin(any(), any(), any(), any())).thenReturn(KernelResult.ok(pin));
    when(mapping.pin(eq(new PageIndex(2)), any(), any(), any()))
        .thenReturn(KernelResult.failed(Errno.EFAULT, "private"));

    assertEquals(2, guestMemory.splice(PageRange.of(0, 4), "x").orThrow().count());
    verify(mapping, never()).pin(eq(new PageIndex(3)), any(), any(), any());
  }

  @Test
  void aPipeSeesLaterStoresToItsPageButKeepsAPunchedOne() {
    HeldPages held = file.splice(PageRange.of(0, 1), "x").orThrow();
    store(file, 0, 7);
    assertEquals(List.of(7L), held.firstBytes());

    file.punch(PageRange.of(0, 1));
    store(file, 0, 8);
    assertEquals(List.of(7L), held.firstBytes());
  }

  @Test
  void whoeverHoldsAPageThatWasNeverWrittenHoldsZeroes() {
    HeldPages held = anonymous.splice(PageRange.of(0, 1), "x").orThrow();
    store(anonymous, 0, 7);

    assertEquals(List.of(0L), held.firstBytes());
  }

  @Test
  void afterAForkTheHolderOfAPageKeepsTheBytesOfTheFork() {
    store(anonymous, 0, 7);
    HeldPages held = anonymous.splice(PageRange.of(0, 1), "x").orThrow();
    anonymous.fork();
    store(anonymous, 0, 8);

    assertEquals(List.of(7L), held.firstBytes());
  }

  @Test
  void aLongTermPinKeepsSeeingTheProcessThatTookIt() {
    HeldPages held = anonymous.register(PageRange.of(0, 1), "x").orThrow();
    anonymous.fork();
    store(anonymous, 0, 8);

    assertEquals(List.of(8L), held.firstBytes());
  }

  @Test
  void aChildSharesAFileAndHasItsOwnAnonymousBytes() {
    store(file, 0, 1);
    store(anonymous, 0, 1);
    MappedArea childFile = file.fork();
    MappedArea childAnonymous = anonymous.fork();

    store(file, 0, 2);
    store(anonymous, 0, 2);
    store(childAnonymous, 1, 3);

    assertEquals(2, value(childFile, 0));
    assertEquals(1, value(childAnonymous, 0));
    assertEquals(0, value(anonymous, 1));
  }

  @Test
  void aChildKeepsWhatTheParentUnmapsAndInheritsHolesButNoLocks() {
    anonymous.unmap(PageRange.of(0, 1));
    anonymous.lock(PageRange.of(1, 1));
    MappedArea child = anonymous.fork();
    anonymous.unmap(PageRange.of(2, 1));

    assertEquals(Signal.SIGSEGV, signal(child, 0));
    assertEquals(0, value(child, 2));
    assertEquals(Optional.empty(), child.drop(PageRange.of(1, 1)));
  }

  @Test
  void aChildOfAGuestMemoryMappingHasAMappingOfItsOwn() {
    HostMapping inherited = mock(HostMapping.class);
    when(mapping.duplicate()).thenReturn(inherited);

    guestMemory.fork().close();

    verify(inherited).close();
    verify(mapping, never()).close();
  }

  @Test
  void nothingIsMappedAfterTheEnd() {
    file.close();

    assertEquals(Signal.SIGSEGV, signal(file, 0));
    assertFalse(file.isMapped(new PageIndex(0)));
    assertTrue(anonymous.isMapped(new PageIndex(5)));
    assertFalse(anonymous.isMapped(new PageIndex(6)));
  }

  private void refuse(int page) {
    when(mapping.load(any(), any())).thenReturn(HostAccess.DONE);
    when(mapping.load(eq(new PageIndex(page).offset()), any()))
        .thenReturn(new HostAccess.Fault(Signal.SIGBUS, "private"));
  }

  private static void store(MappedArea area, int page, int value) {
    area.store(new PageIndex(page).offset(), new byte[] {(byte) value});
  }

  private static int value(MappedArea area, int page) {
    byte[] into = {99};
    assertEquals(HostAccess.DONE, area.load(new PageIndex(page).offset(), into));
    return into[0];
  }

  private static Signal signal(MappedArea area, long page) {
    ByteOffset at = new PageIndex(page).offset();
    return assertInstanceOf(HostAccess.Fault.class, area.load(at, new byte[1])).signal();
  }
}
