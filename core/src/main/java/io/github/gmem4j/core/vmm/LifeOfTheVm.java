package io.github.gmem4j.core.vmm;

import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.api.vm.MemorySlot;
import io.github.gmem4j.api.vm.VmListener;
import io.github.gmem4j.core.boundary.Thrown;
import java.util.Map;

/**
 * Ends the requests whose vCPU, slot, memory or VM is gone, and hears when the kernel's turn with
 * one is over.
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
  public void framesConverted(int vcpu, GfnRange frames, Shareability state) {
    register.converted(vcpu, frames, state);
  }

  @Override
  public void requestCompleted(int vcpu) {
    register.completed(vcpu);
  }

  @Override
  public void vcpuClosed(int vcpu) {
    Desk desk = desks.remove(vcpu);
    if (desk == null) {
      kernel.vcpuGone(vcpu);
    } else if (desk.close()) {
      isGone(desk);
    }
    // Else a thread is answering the vCPU, and ends what there is itself.
  }

  /** Nobody answers a vCPU that is gone, and it does not run. */
  void isGone(Desk desk) {
    desk.unpark().ifPresent(settling::abandon);
    kernel.vcpuGone(desk.vcpu());
    if (over) {
      kernel.vmGone(desk.vcpu());
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
