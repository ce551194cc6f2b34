package io.github.gmem4j.backend.kvm.vm;

import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.api.vm.MemorySlot;
import io.github.gmem4j.api.vm.VmListener;

/**
 * Tells a listener of a twin VM what happens to the real one, in the twin's terms.
 *
 * @param vm the twin
 * @param listener who is told
 */
record TwinListener(TwinVm vm, VmListener listener) implements VmListener {
  @Override
  public void framesConverted(int vcpu, GfnRange frames, Shareability state) {
    listener.framesConverted(vcpu, frames, state);
  }

  @Override
  public void requestCompleted(int vcpu) {
    listener.requestCompleted(vcpu);
  }

  @Override
  public void vcpuClosed(int vcpu) {
    listener.vcpuClosed(vcpu);
  }

  @Override
  public void slotGone(MemorySlot slot) {
    listener.slotGone(vm.described(slot));
  }

  /** A twin tells of its end itself, with both halves gone. */
  @Override
  public void memoryClosed(GuestMemory privateCopy) {}

  @Override
  public void vmClosed() {
    listener.vmClosed();
  }
}
