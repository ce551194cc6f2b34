package io.github.gmem4j.core.vcpu;

import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.guest.PlatformInstruction;
import io.github.gmem4j.api.policy.Execution;
import io.github.gmem4j.api.policy.Interception;
import io.github.gmem4j.core.boundary.Answered;
import io.github.gmem4j.core.vm.GuestMmu;
import io.github.gmem4j.core.vm.InMemoryVm;
import io.github.gmem4j.core.vm.VcpuPresence;

/** What one vCPU asks of what runs beneath KVM. Takes and releases the MMU lock. */
final class Beneath {
  private static final String CLOSED = "the VM is closed";

  private final InMemoryVm vm;
  private final GuestMmu mmu;
  private final VcpuPresence presence;

  Beneath(InMemoryVm vm, VcpuPresence presence) {
    this.vm = vm;
    this.mmu = vm.mmu();
    this.presence = presence;
  }

  /** The guest calls. */
  Interception intercept(GuestCall call) {
    if (!mmu.hasPlatform()) {
      return Interception.PASSED;
    }
    mmu.lock();
    try {
      if (mmu.isTornDown()) {
        return new Interception.Fatal(CLOSED);
      }
      enter();
      return Answered.by(
          vm.policy(), "Platform.intercept", mmu.platform().intercept(presence.id(), call));
    } finally {
      mmu.unlock();
    }
  }

  /** A call that was passed on returns to the guest; returns what the guest finds. */
  GuestResult returned(GuestCall call, GuestResult result) {
    if (!mmu.hasPlatform()) {
      return result;
    }
    mmu.lock();
    try {
      return mmu.isTornDown()
          ? result
          : Answered.by(
                  vm.policy(),
                  "Platform.returned",
                  mmu.platform().returned(presence.id(), call, result))
              .orElse(result);
    } finally {
      mmu.unlock();
    }
  }

  /** A call that was passed on never returns to its guest. */
  void abandoned(GuestCall call) {
    if (!mmu.hasPlatform()) {
      return;
    }
    mmu.lock();
    try {
      if (!mmu.isTornDown()) {
        mmu.platform().abandoned(presence.id(), call);
      }
    } finally {
      mmu.unlock();
    }
  }

  /** The guest executes an instruction. */
  Execution execute(PlatformInstruction instruction) {
    mmu.lock();
    try {
      if (mmu.isTornDown()) {
        return new Execution.Fatal(CLOSED);
      }
      enter();
      return Answered.by(vm.policy(), "Platform.execute", mmu.platform().execute(instruction));
    } finally {
      mmu.unlock();
    }
  }

  /** The vCPU leaves the guest, if it was inside. */
  void leave() {
    mmu.lock();
    try {
      if (presence.leaveGuest() && !mmu.isTornDown()) {
        mmu.platform().leave(presence.id());
      }
    } finally {
      mmu.unlock();
    }
  }

  private void enter() {
    if (presence.enterGuest()) {
      mmu.platform().enter(presence.id());
    }
  }
}
