package io.github.gmem4j.conformance.playing;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.HostVirtualAddress;
import io.github.gmem4j.api.vm.MemorySlot;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.backend.kvm.vcpu.StubRegion;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The slot that a VM of the real kernel has for its own guest code, in a VM that has none: binds
 * collide with it, and its number gives way as there.
 */
final class CodeSlot {
  private final VirtualMachine vm;
  private final HostVirtualAddress at;
  private int number = VirtualMachine.MAX_SLOT;

  /** Gives a VM the slot. */
  CodeSlot(VirtualMachine vm, HostVirtualAddress at) {
    this.vm = vm;
    this.at = at;
    occupy();
  }

  private void occupy() {
    vm.setMemory(
            new SlotRequest(
                number,
                0,
                new Gpa(StubRegion.GPA),
                new ByteCount(StubRegion.BYTES),
                at,
                Optional.empty(),
                ByteOffset.ZERO))
        .orThrow();
  }

  /** Lets somebody else have a number. */
  void giveWay(int wanted) {
    if (wanted != number) {
      return;
    }
    vm.setMemory(SlotRequest.delete(number)).orThrow();
    Set<Integer> taken = vm.slots().stream().map(MemorySlot::slot).collect(Collectors.toSet());
    number = VirtualMachine.MAX_SLOT;
    while (number == wanted || taken.contains(number)) {
      number--;
    }
    occupy();
  }
}
