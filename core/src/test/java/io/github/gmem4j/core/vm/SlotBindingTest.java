package io.github.gmem4j.core.vm;

import static io.github.gmem4j.core.World.at;
import static io.github.gmem4j.core.World.bytes;
import static io.github.gmem4j.core.World.errnoOf;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.mock;

import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.HostVirtualAddress;
import io.github.gmem4j.api.vm.MemorySlot;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.core.Engine;
import io.github.gmem4j.core.kernel.KernelGeneration;
import io.github.gmem4j.core.softwareprotected.SoftwareProtectedPolicy;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Binding pages of a memory to guest frames: overlaps, descriptors, and what is bound twice. */
class SlotBindingTest {
  private static final Gpa HERE = new Gpa(0x10_0000);
  private static final Gpa THERE = new Gpa(0x20_0000);

  private final Engine engine = Engine.inMemory();
  private final VirtualMachine vm = engine.createVm(SoftwareProtectedPolicy.create());
  private final GuestMemory memory = vm.createGuestMemory(bytes(16), 0).orThrow();

  @Test
  void slotThatExistsIsImmutableEvenWhenNothingChanges() {
    bind(1, HERE, 0, 4);

    assertEquals(Errno.EINVAL, errnoOfBinding(1, HERE, 0, 4));
    assertEquals(Errno.EINVAL, errnoOfBinding(1, THERE, 8, 4));
  }

  @Test
  void framesOfAnotherSlotAreEexistToTheLastFrame() {
    bind(1, HERE, 0, 4);

    assertEquals(Errno.EEXIST, errnoOfBinding(2, new Gpa(HERE.value() + 3 * 4096), 8, 1));
    assertEquals(Errno.EEXIST, errnoOfBinding(2, new Gpa(HERE.value() - 4096), 8, 2));
    bind(2, new Gpa(HERE.value() + 4 * 4096), 8, 1);
    bind(3, new Gpa(HERE.value() - 4096), 9, 1);
  }

  @Test
  void overlapInTheGuestComesBeforeABadDescriptor() {
    bind(1, HERE, 0, 4);

    assertEquals(
        Errno.EEXIST,
        errnoOf(vm.setMemory(request(2, HERE, Optional.empty(), ByteOffset.ZERO, 1))));
  }

  @Test
  void noMemoryAndClosedMemoryAreEbadf() {
    GuestMemory closed = vm.createGuestMemory(bytes(1), 0).orThrow();
    closed.close();

    assertEquals(
        Errno.EBADF, errnoOf(vm.setMemory(request(1, HERE, Optional.empty(), ByteOffset.ZERO, 1))));
    assertEquals(
        Errno.EBADF,
        errnoOf(vm.setMemory(request(1, HERE, Optional.of(closed), ByteOffset.ZERO, 1))));
  }

  @Test
  void otherVmsMemoryAndMemoryOfAnotherMakeAreEinval() {
    GuestMemory foreign =
        engine.createVm(SoftwareProtectedPolicy.create()).createGuestMemory(bytes(1), 0).orThrow();
    GuestMemory notOurs = mock(GuestMemory.class);

    for (GuestMemory bad : List.of(foreign, notOurs)) {
      assertEquals(
          Errno.EINVAL,
          errnoOf(vm.setMemory(request(1, HERE, Optional.of(bad), ByteOffset.ZERO, 1))));
    }
  }

  @Test
  void bindingUpToTheLastPageIsFineAndOneFurtherIsEinval() {
    assertEquals(Errno.EINVAL, errnoOfBinding(1, HERE, 15, 2));
    assertEquals(Errno.EINVAL, errnoOfBinding(1, HERE, 16, 1));
    assertEquals(Errno.EINVAL, errnoOfBinding(1, HERE, 0, 17));
    bind(1, HERE, 15, 1);
  }

  @Test
  void offsetThatOverflowsTheFileSizeCheckIsEinval() {
    ByteOffset last = new ByteOffset(0x7fff_ffff_ffff_f000L);

    assertEquals(
        Errno.EINVAL, errnoOf(vm.setMemory(request(1, HERE, Optional.of(memory), last, 2))));
    assertEquals(
        Errno.EINVAL,
        errnoOf(
            vm.setMemory(
                request(1, HERE, Optional.of(memory), new ByteOffset(Long.MIN_VALUE), 1))));
    assertTrue(vm.slots().isEmpty());
  }

  @ParameterizedTest
  @EnumSource(KernelGeneration.class)
  void pagesThatAreBoundAlreadyAreEexistAndInGenerationAEinval(KernelGeneration generation) {
    VirtualMachine other =
        Engine.builder().generation(generation).build().createVm(SoftwareProtectedPolicy.create());
    GuestMemory bound = other.createGuestMemory(bytes(16), 0).orThrow();
    other.setMemory(SlotRequest.bind(1, HERE, bytes(4), bound, at(4))).orThrow();
    Errno expected = generation == KernelGeneration.RFC_2025 ? Errno.EINVAL : Errno.EEXIST;

    for (SlotRequest overlapping :
        List.of(
            SlotRequest.bind(2, THERE, bytes(1), bound, at(4)),
            SlotRequest.bind(2, THERE, bytes(1), bound, at(7)),
            SlotRequest.bind(2, THERE, bytes(16), bound, at(0)))) {
      assertEquals(expected, errnoOf(other.setMemory(overlapping)));
    }
    assertTrue(other.setMemory(SlotRequest.bind(2, THERE, bytes(4), bound, at(0))).succeeded());
    assertEquals(2, other.slots().size());
  }

  @Test
  void oneMemoryMayHaveManyDisjointBindings() {
    bind(1, THERE, 8, 4);
    bind(2, HERE, 0, 4);
    bind(3, new Gpa(THERE.value() + 4 * 4096), 4, 4);

    assertEquals(List.of(2, 1, 3), vm.slots().stream().map(MemorySlot::slot).toList());
    assertEquals(
        List.of(0L, 8L, 4L), vm.slots().stream().map(slot -> slot.firstPage().value()).toList());
  }

  @Test
  void deletedBindingFreesFramesAndPages() {
    bind(1, HERE, 0, 4);
    vm.setMemory(SlotRequest.delete(1)).orThrow();

    bind(2, HERE, 2, 4);
    vm.setMemory(SlotRequest.delete(2)).orThrow();
    bind(1, THERE, 0, 16);
  }

  @Test
  void failedBindingBindsNothing() {
    bind(1, HERE, 0, 4);
    errnoOfBinding(2, THERE, 3, 2);
    errnoOfBinding(2, HERE, 8, 2);

    bind(2, THERE, 4, 12);
  }

  @Test
  void describedSlotMapsFramesToPages() {
    MemorySlot slot = bind(1, HERE, 4, 4);

    assertEquals(new PageIndex(6), slot.pageOf(new Gpa(HERE.value() + 2 * 4096).gfn()));
    assertEquals(Optional.of(memory), slot.memory());
    assertTrue(slot.isGuestMemfd());
    assertEquals(0, slot.addressSpace());
    assertEquals(List.of(slot), vm.slots());
  }

  private MemorySlot bind(int slot, Gpa gpa, long page, long count) {
    return vm.setMemory(SlotRequest.bind(slot, gpa, bytes(count), memory, at(page))).orThrow();
  }

  private Errno errnoOfBinding(int slot, Gpa gpa, long page, long count) {
    return errnoOf(vm.setMemory(SlotRequest.bind(slot, gpa, bytes(count), memory, at(page))));
  }

  private static SlotRequest request(
      int slot, Gpa gpa, Optional<GuestMemory> memory, ByteOffset offset, long pages) {
    return new SlotRequest(
        slot, SlotRequest.GUEST_MEMFD, gpa, bytes(pages), HostVirtualAddress.NULL, memory, offset);
  }
}
