package io.github.gmem4j.api.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.PageRange;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Slots, the requests that make them, and VM types. */
class MemorySlotTest {
  private final MemorySlot slot =
      new MemorySlot(
          0x1_0003,
          SlotRequest.GUEST_MEMFD,
          GfnRange.of(100, 10),
          HostVirtualAddress.NULL,
          Optional.empty(),
          new PageIndex(40));

  @Test
  void addressSpaceIsInTheHighHalfOfTheId() {
    assertEquals(1, slot.addressSpace());
    assertTrue(slot.isGuestMemfd(), "also when its memory was closed");
  }

  @Test
  void framesMapToPagesInOrder() {
    assertEquals(new PageIndex(40), slot.pageOf(new Gfn(100)));
    assertEquals(new PageIndex(49), slot.pageOf(new Gfn(109)));
    assertThrows(IllegalArgumentException.class, () -> slot.pageOf(new Gfn(99)));
    assertThrows(IllegalArgumentException.class, () -> slot.pageOf(new Gfn(110)));
  }

  @Test
  void rangeIsClippedToTheSlot() {
    assertEquals(PageRange.of(42, 3), slot.pagesOf(GfnRange.of(102, 3)));
    assertEquals(PageRange.of(40, 10), slot.pagesOf(GfnRange.of(0, 1000)));
    assertEquals(PageRange.of(49, 1), slot.pagesOf(GfnRange.of(109, 5)));
    assertEquals(PageRange.of(40, 1), slot.pagesOf(GfnRange.of(90, 11)));
    assertThrows(IllegalArgumentException.class, () -> slot.pagesOf(GfnRange.of(90, 10)));
    assertThrows(IllegalArgumentException.class, () -> slot.pagesOf(GfnRange.of(110, 1)));
  }

  @Test
  void bindingTheWholeMemoryTakesItsSize() {
    GuestMemory memory = mock(GuestMemory.class);
    when(memory.size()).thenReturn(ByteCount.mib(2));

    assertEquals(
        new SlotRequest(
            3,
            SlotRequest.GUEST_MEMFD,
            new Gpa(0x1000),
            ByteCount.mib(2),
            HostVirtualAddress.NULL,
            Optional.of(memory),
            ByteOffset.ZERO),
        SlotRequest.bind(3, new Gpa(0x1000), memory));
  }

  @Test
  void deletionIsARequestOfNoBytes() {
    assertEquals(ByteCount.ZERO, SlotRequest.delete(3).size());
    assertEquals(3, SlotRequest.delete(3).slot());
  }

  @Test
  void flagsAreTheKernels() {
    assertEquals(1, SlotRequest.LOG_DIRTY_PAGES);
    assertEquals(2, SlotRequest.READONLY);
    assertEquals(4, SlotRequest.GUEST_MEMFD);
    assertEquals(32763, VirtualMachine.MAX_SLOT);
    assertEquals(Integer.MAX_VALUE, VirtualMachine.MAX_SLOT_PAGES);
  }

  @Test
  void vmHasAtLeastOneAddressSpace() {
    VmType.AccessRule rule = VmType.AccessRule.AS_ISSUED;

    assertEquals(1, new VmType("x", true, rule, 1).addressSpaces());
    assertThrows(IllegalArgumentException.class, () -> new VmType("x", true, rule, 0));
    assertFalse(VmType.DEFAULT.privateMemory());
    assertEquals(2, VmType.DEFAULT.addressSpaces());
  }
}
