package io.github.gmem4j.core.vmm;

import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.MemorySlot;
import io.github.gmem4j.api.vm.VmListener;
import io.github.gmem4j.core.boundary.Thrown;
import java.util.Map;

/**
 * Ends the requests whose vCPU, slot, memory or VM is gone, and hears of changes of state for those
 * that the kernel has.
 */
final class LifeOfTheVm implements VmListener {
  private final Map<Integer, Desk> desks;
  private final Register register;
  private final Settling settling;
  private final WithTheKernel kernel;
  private final PoisonedPages poisoned;
  private volatile boolean over;

  LifeOfTheVm(
      Map<Integer, Desk> desks,
      Register register,
      Settling settling,
      WithTheKernel kernel,
      PoisonedPages poisoned) {
    this.desks = desks;
    this.register = register;
    this.settling = settling;
    this.kernel = kernel;
    this.poisoned = poisoned;
  }

  @Override
  public void stateChanged(GuestMemory memory, PageRange pages, Shareability state) {
    register.stateChanged(memory, pages, state);
  }

  @Override
  public void vcpuClosed(int vcpu) {
    Desk desk = desks.remove(vcpu);
    // A thread that is answering the vCPU ends what there is itself.
    if (desk == null || desk.close()) {
      isGone(vcpu);
    }
  }

  /** Nobody answers a vCPU that is gone, and it does not run. */
  void isGone(int vcpu) {
    settling.abandon(vcpu);
    kernel.vcpuGone(vcpu);
    if (over) {
      kernel.vmGone(vcpu);
    }
  }

  @Override
  public void slotGone(MemorySlot slot) {
    if (slot.addressSpace() == 0) {
      kernel.slotGone(slot.frames());
    }
  }

  @Override
  public void memoryClosed(GuestMemory memory) {
    kernel.memoryGone(memory);
    poisoned.closed(memory);
  }

  @Override
  public void vmClosed() {
    over = true;
    kernel.vmGone();
  }

  /** Tells whether the VM was closed: what the kernel gets now has nobody else to end it. */
  boolean isOver() {
    return over;
  }

  /** Ends everything: none of the vCPUs runs. */
  void end() {
    over = true;
    Throwable first = null;
    for (int vcpu : desks.keySet()) {
      try {
        vcpuClosed(vcpu);
      } catch (RuntimeException | Error thrown) {
        first = Thrown.together(first, thrown);
      }
    }
    try {
      kernel.end();
    } catch (RuntimeException | Error thrown) {
      first = Thrown.together(first, thrown);
    }
    Thrown.rethrow(first);
  }
}
