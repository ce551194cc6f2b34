package io.github.gmem4j.core.vm;

import static io.github.gmem4j.core.World.bytes;
import static io.github.gmem4j.core.World.errnoOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.HostVirtualAddress;
import io.github.gmem4j.api.vm.MemorySlot;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.api.vm.VmListener;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Deleting, moving and changing slots that exist. */
class SlotChangesTest {
  private static final long HVA = 0x7000_0000L;

  private final VirtualMachine vm =
      Engine.inMemory().createVm(SoftwareProtectedPolicy.forOrdinaryVms());

  @Test
  void deletingASlotThatIsNotThereIsEinval() {
    assertEquals(Errno.EINVAL, errnoOf(vm.setMemory(SlotRequest.delete(1))));
    set(1, 0, 0x1000, 2, HVA);
    vm.setMemory(SlotRequest.delete(1)).orThrow();
    assertEquals(Errno.EINVAL, errnoOf(vm.setMemory(SlotRequest.delete(1))));
  }

  @Test
  void deletionAnswersTheSlotThatWasThere() {
    MemorySlot slot = set(1, 0, 0x1000, 2, HVA);

    assertEquals(slot, vm.setMemory(SlotRequest.delete(1)).orThrow());
    assertTrue(vm.slots().isEmpty());
  }

  @Test
  void listenersHearOfSlotsThatGoAsLongAsTheyAreListeners() {
    List<MemorySlot> gone = new ArrayList<>();
    VmListener listener =
        new VmListener() {
          @Override
          public void slotGone(MemorySlot slot) {
            gone.add(slot);
          }
        };
    vm.addListener(listener);
    MemorySlot first = set(1, 0, 0x1000, 2, HVA);
    set(2, 0, 0x8000, 2, HVA);
    assertEquals(List.of(), gone);

    vm.setMemory(SlotRequest.delete(1)).orThrow();
    vm.removeListener(listener);
    vm.setMemory(SlotRequest.delete(2)).orThrow();

    assertEquals(List.of(first), gone);
  }

  @Test
  void ordinarySlotMovesToFreeFrames() {
    set(1, 0, 0x1000, 2, HVA);

    MemorySlot moved = set(1, 0, 0x8000, 2, HVA);

    assertEquals(new Gpa(0x8000).gfn(), moved.frames().first());
    assertEquals(List.of(moved), vm.slots());
  }

  @Test
  void slotMayMoveOverItselfButNotOverAnother() {
    set(1, 0, 0x1000, 2, HVA);
    set(2, 0, 0x8000, 2, HVA);

    set(1, 0, 0x2000, 2, HVA);
    assertEquals(Errno.EEXIST, errnoOf(vm.setMemory(request(1, 0, 0x7000, 2, HVA))));
    assertEquals(new Gpa(0x2000).gfn(), vm.slots().getFirst().frames().first());
  }

  @Test
  void sizeAddressAndReadOnlyNeverChange() {
    set(1, 0, 0x1000, 2, HVA);

    assertEquals(Errno.EINVAL, errnoOf(vm.setMemory(request(1, 0, 0x1000, 3, HVA))));
    assertEquals(Errno.EINVAL, errnoOf(vm.setMemory(request(1, 0, 0x1000, 2, HVA + 4096))));
    assertEquals(
        Errno.EINVAL, errnoOf(vm.setMemory(request(1, SlotRequest.READONLY, 0x1000, 2, HVA))));
  }

  @Test
  void loggingMayBeSwitchedAndTheSameRequestAgainIsFine() {
    set(1, 0, 0x1000, 2, HVA);

    MemorySlot logged = set(1, SlotRequest.LOG_DIRTY_PAGES, 0x1000, 2, HVA);

    assertEquals(SlotRequest.LOG_DIRTY_PAGES, logged.flags());
    assertEquals(logged, set(1, SlotRequest.LOG_DIRTY_PAGES, 0x1000, 2, HVA));
  }

  @Test
  void illegalChangeIsEinvalEvenWhereItWouldOverlap() {
    set(1, 0, 0x1000, 2, HVA);
    set(2, 0, 0x8000, 2, HVA);

    assertEquals(Errno.EINVAL, errnoOf(vm.setMemory(request(1, 0, 0x8000, 3, HVA))));
  }

  @Test
  void ordinarySlotCannotBecomeABoundOne() {
    GuestMemory memory = vm.createGuestMemory(bytes(2), 0).orThrow();
    set(1, 0, 0x1000, 2, HVA);

    assertEquals(Errno.EINVAL, errnoOf(vm.setMemory(SlotRequest.bind(1, new Gpa(0x1000), memory))));
  }

  @Test
  void addressSpacesDoNotOverlapEachOther() {
    set(1, 0, 0x1000, 2, HVA);
    set(0x1_0001, 0, 0x1000, 2, HVA);

    assertEquals(List.of(0, 1), vm.slots().stream().map(MemorySlot::addressSpace).toList());
    assertEquals(Errno.EEXIST, errnoOf(vm.setMemory(request(0x1_0002, 0, 0x2000, 1, HVA))));
    vm.setMemory(SlotRequest.delete(0x1_0001)).orThrow();
    assertEquals(1, vm.slots().size());
  }

  @Test
  void oneMemoryIsBoundOnceAcrossAddressSpaces() {
    GuestMemory memory = vm.createGuestMemory(bytes(2), 0).orThrow();
    vm.setMemory(SlotRequest.bind(1, new Gpa(0x1000), memory)).orThrow();

    assertEquals(
        Errno.EEXIST, errnoOf(vm.setMemory(SlotRequest.bind(0x1_0001, new Gpa(0x1000), memory))));
  }

  @Test
  void slotsComeInOrderOfAddressSpaceAndFrame() {
    set(0x1_0001, 0, 0, 1, HVA);
    set(3, 0, 0x1000, 1, HVA);
    set(2, 0, 0x9000, 1, HVA);
    set(1, 0, 0x5000, 1, HVA);

    assertEquals(List.of(3, 1, 2, 0x1_0001), vm.slots().stream().map(MemorySlot::slot).toList());
  }

  private MemorySlot set(int slot, long flags, long gpa, long pages, long hva) {
    return vm.setMemory(request(slot, flags, gpa, pages, hva)).orThrow();
  }

  private static SlotRequest request(int slot, long flags, long gpa, long pages, long hva) {
    return new SlotRequest(
        slot,
        flags,
        new Gpa(gpa),
        new ByteCount(pages * 4096),
        new HostVirtualAddress(hva),
        Optional.empty(),
        ByteOffset.ZERO);
  }
}
