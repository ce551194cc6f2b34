package io.github.gmem4j.conformance.pkvm.kvm;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.conformance.pkvm.host.El2;
import io.github.gmem4j.conformance.pkvm.host.Found;
import io.github.gmem4j.conformance.pkvm.host.PhysicalMemory;
import io.github.gmem4j.conformance.pkvm.host.PhysicalPage;
import io.github.gmem4j.conformance.pkvm.host.ProcessMemory;
import io.github.gmem4j.conformance.pkvm.host.Touch;
import io.github.gmem4j.policy.pkvm.el2.Transition;
import io.github.gmem4j.policy.pkvm.el2.VmHandle;

/**
 * An ordinary VM: a page is lent at a touch and taken back when its address loses it, so that guest
 * and host always see the same page.
 */
final class OrdinaryStage2 implements Stage2 {
  private final El2 el2;
  private final VmHandle vm;
  private final ProcessMemory process;
  private final PhysicalMemory ram;

  OrdinaryStage2(El2 el2, VmHandle vm, ProcessMemory process, PhysicalMemory ram) {
    this.el2 = el2;
    this.vm = vm;
    this.process = process;
    this.ram = ram;
  }

  @Override
  public GuestAccess touch(Slot slot, long gfn, Touch touch) {
    if (touch == Touch.STORE && slot.isReadOnly()) {
      return new GuestAccess.NoMemory();
    }
    long index = gfn - slot.firstGfn();
    return switch (slot.memory()) {
      case SlotMemory.OfCode code -> lend(code.page(), new Gfn(gfn));
      case SlotMemory.OfGuestMemory memory -> lend(memory.pages().get((int) index), new Gfn(gfn));
      case SlotMemory.OfHost host ->
          switch (process.find(host.page(index), touch)) {
            case Found.At at -> lend(at.page(), new Gfn(gfn));
            case Found.Hole hole -> new GuestAccess.Failed(Errno.EFAULT);
            case Found.Forbidden forbidden -> new GuestAccess.Failed(Errno.EFAULT);
          };
    };
  }

  private GuestAccess lend(PhysicalPage page, Gfn gfn) {
    if (page.equals(ram.zeroPage())) {
      // Many addresses have it; none of them loses a page of its own when it is lent.
      return new GuestAccess.Reached(page);
    }
    if (el2.folioAt(vm, gfn).isEmpty()
        && el2.hostShareGuest(vm, page, gfn) instanceof Transition.Refused refused) {
      return new GuestAccess.Failed(refused.errno());
    }
    return new GuestAccess.Reached((PhysicalPage) el2.folioAt(vm, gfn).orElseThrow());
  }

  @Override
  public void taken(long hostPage, Iterable<Slot> slots) {
    for (Slot slot : slots) {
      if (slot.memory() instanceof SlotMemory.OfHost host) {
        long gfn = slot.firstGfn() + hostPage - host.page(0);
        if (slot.contains(gfn)) {
          takeBack(new Gfn(gfn));
        }
      }
    }
  }

  @Override
  public void gone(Slot slot) {
    el2.frames(vm).stream().filter(gfn -> slot.contains(gfn.value())).forEach(this::takeBack);
  }

  @Override
  public void destroy() {
    demand(el2.startTeardown(vm));
    el2.frames(vm).forEach(this::takeBack);
    demand(el2.finalizeTeardown(vm));
  }

  private void takeBack(Gfn gfn) {
    if (el2.folioAt(vm, gfn).isPresent()) {
      demand(el2.hostUnshareGuest(vm, gfn));
    }
  }

  private static void demand(Transition transition) {
    if (!transition.happened()) {
      throw new IllegalStateException("what was lent does not come back: " + transition);
    }
  }
}
