package io.github.gmem4j.core.vm;

import static io.github.gmem4j.core.World.errnoOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.HostVirtualAddress;
import io.github.gmem4j.api.vm.MemorySlot;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.Hex;
import io.github.gmem4j.core.World;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What KVM_SET_USER_MEMORY_REGION2 checks before it looks at any other slot: all EINVAL. */
class SlotChecksTest {
  private static final long GMEM = SlotRequest.GUEST_MEMFD;

  private final VirtualMachine vm = Engine.inMemory().createVm(SoftwareProtectedPolicy.create());
  private final GuestMemory memory = vm.createGuestMemory(World.bytes(16), 0).orThrow();

  @ParameterizedTest(name = "slot {0}")
  @CsvSource({"32764", "0x7fff", "0xffff", "0x10000", "0x10001", "0xffff0000", "0xffffffff"})
  void slotIdPastTheLastOrInAnAddressSpaceThatIsNotThereIsEinval(String slot) {
    assertEinval(request((int) Hex.of(slot), GMEM, "0", "0x1000", "0", "0"));
  }

  @ParameterizedTest
  @CsvSource({"0", "1", "32763"})
  void slotIdsUpToTheLastAreFine(int slot) {
    assertTrue(vm.setMemory(request(slot, GMEM, "0", "0x1000", "0", "0")).succeeded());
  }

  @ParameterizedTest
  @CsvSource({"5", "6", "7", "8", "12", "0x8000000000000000", "0x100000004"})
  void guestMemoryExcludesEveryOtherFlagAndUnknownOnesAreEinval(String flags) {
    assertEinval(request(1, Hex.of(flags), "0", "0x1000", "0", "0"));
  }

  @ParameterizedTest
  @CsvSource({"0", "1", "2", "3"})
  void ordinarySlotsMayBeLoggedOrReadOnly(long flags) {
    assertTrue(vm.setMemory(request(1, flags, "0", "0x1000", "0x1000", "0")).succeeded());
  }

  @ParameterizedTest(name = "gpa {0}, size {1}, userspace {2}, offset {3}")
  @CsvSource({
    "1, 0x1000, 0, 0",
    "0, 0x1001, 0, 0",
    "0, 0xfff, 0, 0",
    "0, 1, 0, 0",
    "0, 0x1000, 0x800, 0",
    "0, 0x1000, 0, 1",
    // Sums that wrap around, to exactly 0 too.
    "0xfffffffffffff000, 0x1000, 0, 0",
    "0xfffffffffffff000, 0x2000, 0, 0",
    "0, 0x2000, 0, 0xfffffffffffff000",
    "0, 0x1000, 0, 0xfffffffffffff000",
    // Not addresses of a process.
    "0, 0x1000, 0x7ffffffff000, 0",
    "0, 0x1000, 0xffff800000000000, 0",
    "0, 0x2000, 0x7fffffffe000, 0",
    // 2^31 pages, one more than a slot may have.
    "0, 0x80000000000, 0, 0",
    "0, 0xfffffffffffff000, 0, 0",
  })
  void unalignedWrappingOrTooLargeIsEinval(
      String gpa, String size, String userspace, String offset) {
    assertEinval(request(1, GMEM, gpa, size, userspace, offset));
  }

  @Test
  void largestSlotHasTwoToTheThirtyOneMinusOnePages() {
    long pages = VirtualMachine.MAX_SLOT_PAGES;
    GuestMemory huge = vm.createGuestMemory(World.bytes(pages + 1), 0).orThrow();

    MemorySlot slot =
        vm.setMemory(SlotRequest.bind(1, new Gpa(0), World.bytes(pages), huge, ByteOffset.ZERO))
            .orThrow();

    assertEquals((1L << 31) - 1, slot.frames().count().value());
    assertEquals(
        Errno.EINVAL,
        errnoOf(
            vm.setMemory(
                SlotRequest.bind(
                    2, new Gpa(1L << 50), World.bytes(pages + 1), huge, ByteOffset.ZERO))));
  }

  @Test
  void lastUserAddressIsFine() {
    assertTrue(vm.setMemory(request(1, 0, "0", "0x1000", "0x7fffffffe000", "0")).succeeded());
  }

  @Test
  void checksComeBeforeTheSlotIsLookedUp() {
    vm.setMemory(SlotRequest.bind(1, new Gpa(0), memory)).orThrow();

    assertEinval(request(1, 8, "0", "0", "0", "0"));
    assertEinval(request(1, 0, "1", "0", "0", "0"));
    assertEquals(1, vm.slots().size());
  }

  @Test
  void illegalRequestIsEinvalWithoutAnyMemoryAndNotEbadf() {
    SlotRequest none =
        new SlotRequest(
            1,
            GMEM,
            new Gpa(1),
            World.bytes(1),
            HostVirtualAddress.NULL,
            Optional.empty(),
            ByteOffset.ZERO);

    assertEinval(none);
  }

  @Test
  void ordinaryVmHasASecondAddressSpaceAndNoThird() {
    VirtualMachine ordinary = Engine.inMemory().createVm(SoftwareProtectedPolicy.forOrdinaryVms());
    SlotRequest first = request(0x1_0001, 0, "0", "0x1000", "0x1000", "0");

    assertTrue(ordinary.setMemory(first).succeeded());
    assertEquals(
        Errno.EINVAL,
        errnoOf(ordinary.setMemory(request(0x2_0001, 0, "0", "0x1000", "0x1000", "0"))));
  }

  @Test
  void offsetIsNotLookedAtForAnOrdinarySlot() {
    assertTrue(vm.setMemory(request(1, 0, "0", "0x1000", "0x1000", "3")).succeeded());
  }

  private void assertEinval(SlotRequest request) {
    KernelResult<MemorySlot> result = vm.setMemory(request);
    assertEquals(Errno.EINVAL, errnoOf(result));
  }

  private SlotRequest request(
      int slot, long flags, String gpa, String size, String userspace, String offset) {
    return new SlotRequest(
        slot,
        flags,
        new Gpa(Hex.of(gpa)),
        new ByteCount(Hex.of(size)),
        new HostVirtualAddress(Hex.of(userspace)),
        Optional.of(memory),
        new ByteOffset(Hex.of(offset)));
  }
}
