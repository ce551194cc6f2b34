package io.github.gmem4j.core.vcpu;

import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.Granting;
import io.github.gmem4j.api.policy.GuestFault;
import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.PrivateAccess;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.HostVirtualAddress;
import io.github.gmem4j.core.boundary.Answered;
import io.github.gmem4j.core.kernel.HostKernel;
import io.github.gmem4j.core.memory.MemoryView;
import io.github.gmem4j.core.memory.PhysicalPage;
import io.github.gmem4j.core.vm.GuestMmu;
import io.github.gmem4j.core.vm.InMemoryVm;
import io.github.gmem4j.core.vm.Slot;
import io.github.gmem4j.core.vm.VcpuPresence;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Serves a guest's accesses, as KVM's fault path and the hardware do together.
 *
 * <p>Order: which kind of access is this; does the page's state allow it; is there memory; find the
 * page; and only if nothing has changed hands meanwhile, map it and let the access through.
 */
final class GuestAccess {
  /** Why a page is wanted. */
  private enum Purpose {
    /** The guest loads or stores. */
    ACCESS,
    /** An instruction of the platform misses the page. */
    INSTALL,
    /** The VMM maps it ahead of its first touch. */
    PREFAULT
  }

  private final InMemoryVm vm;
  private final GuestMmu mmu;
  private final VcpuPresence presence;
  private final BooleanSupplier interrupted;
  // Whether the latest attempt mapped a page: events are told once the lock is released.
  private boolean mapped;

  GuestAccess(InMemoryVm vm, VcpuPresence presence, BooleanSupplier interrupted) {
    this.vm = vm;
    this.mmu = vm.mmu();
    this.presence = presence;
    this.interrupted = interrupted;
  }

  /** Serves one access; comes back when it is done or cannot be. */
  Served serve(Access access) {
    return untilSettled(access, Purpose.ACCESS);
  }

  /** Maps a private page that an instruction of the platform misses. */
  Served install(long gpa) {
    Access touch = new Access(gpa, Shareability.PRIVATE, Access.Kind.TOUCH, (byte) 0);
    return untilSettled(touch, Purpose.INSTALL);
  }

  /** Maps a page ahead of its first touch, with the kind of access its state asks for. */
  Served prefault(long gpa) {
    Access touch = new Access(gpa, Shareability.SHARED, Access.Kind.TOUCH, (byte) 0);
    return untilSettled(touch, Purpose.PREFAULT);
  }

  private Served untilSettled(Access access, Purpose purpose) {
    Served served;
    do {
      served = attempt(access, purpose);
    } while (served instanceof Served.Again && !interrupted.getAsBoolean());
    return served;
  }

  private Served attempt(Access access, Purpose purpose) {
    long gfn = access.gfn();
    long sequence = mmu.sequence();
    Slot slot = vm.slotAt(gfn);
    Shareability state = vm.stateOf(gfn, slot);
    Pending mark = markOf(gfn, slot);
    if (mark != null) {
      return new Served.Faulted(GuestFault.withheld(new Gfn(gfn), mark));
    }
    Shareability as = kindOf(access, state, purpose);
    if (as != state) {
      return mismatched(gfn, as);
    }
    Served outOfDate = purpose == Purpose.ACCESS ? outOfDate(gfn, slot, state) : null;
    if (outOfDate != null) {
      return outOfDate;
    }
    if (slot == null) {
      return as == Shareability.PRIVATE
          ? faulted(gfn, as, GuestFault.Cause.NO_GUEST_MEMORY)
          : new Served.Mmio();
    }
    if (as == Shareability.SHARED && !slot.memoryOnly()) {
      return throughProcess(slot, access);
    }
    MemoryView view = slot.openView();
    if (view == null) {
      return faulted(
          gfn,
          as,
          slot.isGuestMemfd() ? GuestFault.Cause.CLOSED : GuestFault.Cause.NO_GUEST_MEMORY);
    }
    PhysicalPage found = view.findForGuest(slot.pageOf(gfn));
    if (found == null) {
      return view.isReleased() ? new Served.Again() : new Served.NoMemory();
    }
    if (found.isPoisoned()) {
      return faulted(gfn, as, GuestFault.Cause.POISONED);
    }
    if (!view.claim(slot.pageOf(gfn), found, as)) {
      return faulted(gfn, as, GuestFault.Cause.PLATFORM);
    }
    mapped = false;
    mmu.lock();
    try {
      // A file that went, or a slot, took its bindings with it: that is an invalidation, too.
      if (mmu.isStale(sequence, gfn)) {
        return new Served.Again();
      }
      if (mmu.isTornDown()) {
        return new Served.Dead("the VM is closed");
      }
      enterGuest();
      return throughMemory(view, found, as, access, purpose);
    } finally {
      mmu.unlock();
      if (mapped && vm.kernel().isHeard()) {
        vm.emit(new RoadEvent.PageMapped(presence.id(), new Gfn(gfn), as));
      }
    }
  }

  private static @Nullable Pending markOf(long gfn, @Nullable Slot slot) {
    MemoryView view = slot == null ? null : slot.openView();
    return slot == null || view == null ? null : view.withheldMark(slot.pageOf(gfn));
  }

  private Shareability kindOf(Access access, Shareability state, Purpose purpose) {
    return switch (vm.type().accessRule()) {
      case ALWAYS_SHARED -> Shareability.SHARED;
      case FOLLOWS_STATE -> state;
      case AS_ISSUED -> purpose == Purpose.PREFAULT ? state : access.as();
    };
  }

  /**
   * Returns the fault of an access that found out of date what it had looked up first; null if no
   * conversion comes between.
   */
  private @Nullable Served outOfDate(long gfn, @Nullable Slot slot, Shareability now) {
    Shareability told =
        switch (vm.type().accessRule()) {
          case FOLLOWS_STATE -> now.opposite();
          case AS_ISSUED -> now;
          // Such a VM has no state that could change.
          case ALWAYS_SHARED -> null;
        };
    return told != null
            && slot != null
            && slot.openView() != null
            && vm.kernel().faults().injects(HostKernel.FAULT_OUT_OF_DATE, gfn)
        ? faulted(gfn, told, GuestFault.Cause.MISMATCH)
        : null;
  }

  private Served mismatched(long gfn, Shareability as) {
    if (mmu.hasPlatform()) {
      mmu.lock();
      try {
        Served excepted = mmu.isTornDown() ? null : exceptedByPlatform(gfn, as);
        if (excepted != null) {
          return excepted;
        }
      } finally {
        mmu.unlock();
      }
    }
    return faulted(gfn, as, GuestFault.Cause.MISMATCH);
  }

  /** Asks the platform whether the guest takes an exception; null if the fault is KVM's. */
  private @Nullable Served exceptedByPlatform(long gfn, Shareability as) {
    Optional<String> reason =
        Answered.by(
            vm.policy(), "Platform.exceptionFor", mmu.platform().exceptionFor(new Gfn(gfn), as));
    return reason.isPresent() ? new Served.Excepted(reason.get()) : null;
  }

  private static Served faulted(long gfn, Shareability as, GuestFault.Cause cause) {
    return new Served.Faulted(GuestFault.of(new Gfn(gfn), as, cause));
  }

  /** Through the VMM's own mapping: slots, or shared pages, that no guest memory serves. */
  private Served throughProcess(Slot slot, Access access) {
    if (access.isStore() && slot.isReadOnly()) {
      return new Served.Mmio();
    }
    HostVirtualAddress at = slot.userspaceOf(access.gfn()).plus(access.inPage());
    byte[] buffer = {access.value()};
    HostAccess answer =
        access.isStore() ? vm.process().store(at, buffer) : vm.process().load(at, buffer);
    return switch (answer) {
      case HostAccess.Done done -> new Served.Reached(buffer[0]);
      case HostAccess.Fault fault -> new Served.HostFault(fault.reason());
    };
  }

  /** Through the guest memory. Under the MMU lock. */
  private Served throughMemory(
      MemoryView view, PhysicalPage found, Shareability as, Access access, Purpose purpose) {
    boolean asksPlatform = mmu.hasPlatform();
    if (purpose == Purpose.INSTALL) {
      view.unmapForGuest(found, as);
    }
    if (!view.isMappedForGuest(found, as)) {
      boolean byGuest = purpose == Purpose.ACCESS;
      Served refusal = asksPlatform && byGuest ? exceptedByPlatform(access.gfn(), as) : null;
      if (refusal == null && asksPlatform) {
        refusal = refusalOfPlatform(found, as, access.gfn());
      }
      if (refusal != null) {
        return refusal;
      }
      view.mapForGuest(found, as);
      mapped = true;
    }
    if (purpose != Purpose.ACCESS) {
      return new Served.Reached((byte) 0);
    }
    return asksPlatform && as == Shareability.PRIVATE
        ? throughPlatform(view, found, access)
        : reached(found, access);
  }

  /** Asks the platform to give a page to the guest; null if it did. */
  private @Nullable Served refusalOfPlatform(PhysicalPage found, Shareability as, long gfn) {
    Granting granting =
        switch (as) {
          case PRIVATE ->
              Answered.by(
                  vm.policy(),
                  "Platform.makePrivate",
                  mmu.platform().makePrivate(new Gfn(gfn), found));
          case SHARED ->
              Answered.by(
                  vm.policy(), "Platform.mapShared", mmu.platform().mapShared(new Gfn(gfn), found));
        };
    return switch (granting) {
      case Granting.Granted yes -> null;
      case Granting.Busy busy -> new Served.Again();
      case Granting.NotShared notShared -> {
        if (as == Shareability.PRIVATE) {
          throw new IllegalStateException(
              "a private page cannot be answered with " + notShared + ": gfn " + gfn);
        }
        yield faulted(gfn, Shareability.PRIVATE, GuestFault.Cause.MISMATCH);
      }
      case Granting.Denied denied ->
          mmu.deadBecause().isPresent()
              ? new Served.Dead(mmu.deadBecause().get())
              : faulted(gfn, as, GuestFault.Cause.PLATFORM);
    };
  }

  private Served throughPlatform(MemoryView view, PhysicalPage found, Access access) {
    PrivateAccess answer =
        Answered.by(vm.policy(), "Platform.access", mmu.platform().access(new Gfn(access.gfn())));
    return switch (answer) {
      case PrivateAccess.Reached yes -> reached(found, access);
      case PrivateAccess.NotMapped no -> {
        view.unmapForGuest(found, Shareability.PRIVATE);
        yield new Served.Again();
      }
      case PrivateAccess.Excepted excepted -> new Served.Excepted(excepted.reason());
      case PrivateAccess.Fatal fatal -> {
        mmu.bug(fatal.reason());
        yield new Served.Dead(fatal.reason());
      }
    };
  }

  private void enterGuest() {
    if (presence.enterGuest()) {
      mmu.platform().enter(presence.id());
    }
  }

  private static Served reached(PhysicalPage page, Access access) {
    return switch (access.kind()) {
      case TOUCH -> new Served.Reached((byte) 0);
      case LOAD -> new Served.Reached(page.load(access.inPage()));
      case STORE -> {
        page.store(access.inPage(), access.value());
        yield new Served.Reached(access.value());
      }
    };
  }
}
