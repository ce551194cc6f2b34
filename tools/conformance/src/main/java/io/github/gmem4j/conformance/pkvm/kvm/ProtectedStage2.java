package io.github.gmem4j.conformance.pkvm.kvm;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.conformance.pkvm.host.El2;
import io.github.gmem4j.conformance.pkvm.host.Found;
import io.github.gmem4j.conformance.pkvm.host.PhysicalPage;
import io.github.gmem4j.conformance.pkvm.host.ProcessMemory;
import io.github.gmem4j.conformance.pkvm.host.Touch;
import io.github.gmem4j.policy.pkvm.el2.PageState;
import io.github.gmem4j.policy.pkvm.el2.Transition;
import io.github.gmem4j.policy.pkvm.el2.VmHandle;
import java.util.ArrayList;
import java.util.List;

/**
 * A protected VM: a page is donated at the guest's first touch, charged, and pinned to the VM's
 * end. What the host does to the page's address afterwards is nothing to the guest.
 *
 * <p>Source: Linux 7.3 {@code arch/arm64/kvm/mmu.c}; the order of the checks is measured.
 */
final class ProtectedStage2 implements Stage2 {
  private final El2 el2;
  private final VmHandle vm;
  private final ProcessMemory process;
  private final Memlock memlock;
  private final List<PhysicalPage> pinned = new ArrayList<>();

  ProtectedStage2(El2 el2, VmHandle vm, ProcessMemory process, Memlock memlock) {
    this.el2 = el2;
    this.vm = vm;
    this.process = process;
    this.memlock = memlock;
  }

  @Override
  public GuestAccess touch(Slot slot, long gfn, Touch touch) {
    Gfn frame = new Gfn(gfn);
    return switch (el2.guestState(vm, frame)) {
      case OWNED, SHARED_OWNED, SHARED_BORROWED -> reached(frame);
      case NOPAGE, POISON -> fault(slot, frame);
    };
  }

  private GuestAccess fault(Slot slot, Gfn gfn) {
    if (!memlock.hasRoom()) {
      return new GuestAccess.Failed(Errno.ENOMEM);
    }
    return switch (slot.memory()) {
      case SlotMemory.OfCode code -> donate(code.page(), gfn);
      case SlotMemory.OfGuestMemory memory -> {
        // The kernel looks for a page that can be swapped; a guest_memfd's cannot even be pinned
        // where it is private.
        boolean shared = (memory.flags() & SlotMemory.OfGuestMemory.INIT_SHARED) != 0;
        yield new GuestAccess.Failed(shared ? Errno.EIO : Errno.EFAULT);
      }
      case SlotMemory.OfHost host ->
          switch (process.find(host.page(gfn.value() - slot.firstGfn()), Touch.STORE)) {
            case Found.At at -> donate(at.page(), gfn);
            case Found.Hole hole -> new GuestAccess.Failed(Errno.EFAULT);
            case Found.Forbidden forbidden -> new GuestAccess.Failed(Errno.EFAULT);
          };
    };
  }

  private GuestAccess donate(PhysicalPage page, Gfn gfn) {
    if (el2.guestState(vm, gfn) == PageState.POISON) {
      return new GuestAccess.Failed(Errno.EFAULT);
    }
    return switch (el2.hostDonateGuest(vm, page, gfn)) {
      case Transition.Refused refused -> new GuestAccess.Failed(refused.errno());
      case Transition.Done done -> {
        memlock.charge();
        page.pin();
        pinned.add(page);
        yield reached(gfn);
      }
    };
  }

  private GuestAccess reached(Gfn gfn) {
    return new GuestAccess.Reached((PhysicalPage) el2.folioAt(vm, gfn).orElseThrow());
  }

  @Override
  public void taken(long hostPage, Iterable<Slot> slots) {
    // The page is pinned; KVM ignores the notifier of a protected VM.
  }

  @Override
  public void gone(Slot slot) {
    // Slots go only before the VM has run, when nothing is mapped yet.
  }

  @Override
  public void destroy() {
    demand(el2.startTeardown(vm));
    el2.frames(vm).forEach(gfn -> demand(el2.reclaimDying(vm, gfn)));
    demand(el2.finalizeTeardown(vm));
    pinned.forEach(PhysicalPage::unpin);
    memlock.giveBack(pinned.size());
  }

  private static void demand(Transition transition) {
    if (!transition.happened()) {
      throw new IllegalStateException("the end of a VM was refused: " + transition);
    }
  }
}
