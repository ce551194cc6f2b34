package io.github.gmem4j.conformance.pkvm.kvm;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.conformance.pkvm.host.El2;
import io.github.gmem4j.conformance.pkvm.host.PhysicalMemory;
import io.github.gmem4j.conformance.pkvm.host.ProcessMemory;
import io.github.gmem4j.conformance.pkvm.host.Touch;
import io.github.gmem4j.policy.pkvm.el2.HvcOutcome;
import io.github.gmem4j.policy.pkvm.el2.VmHandle;
import io.github.gmem4j.policy.pkvm.el2.VmKind;
import io.github.gmem4j.policy.pkvm.hvc.HostCalls;
import io.github.gmem4j.policy.pkvm.hvc.Hvc;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** One VM as the recorder made it: with its page of guest code in slot 0. */
public final class GuestVm {
  private static final Gpa CODE = new Gpa(0x8000_0000L);

  /** A synchronous external abort on a load or store, from the same exception level. */
  private static final long EXTERNAL_ABORT = 0x9600_0010L;

  private final El2 el2;
  private final VmHandle vm;
  private final PhysicalMemory ram;
  private final Stage2 stage2;
  private final SlotTable slots;
  private final boolean isProtected;
  private boolean hasRun;

  /**
   * Creates the VM.
   *
   * @param process whose memory its slots show
   * @param memlock what donated pages are charged against
   */
  public GuestVm(
      VmKind kind,
      int ipaBits,
      El2 el2,
      PhysicalMemory ram,
      ProcessMemory process,
      Memlock memlock) {
    this.el2 = el2;
    this.ram = ram;
    vm = el2.createVm(kind);
    isProtected = kind == VmKind.PROTECTED;
    stage2 =
        switch (kind) {
          case PROTECTED -> new ProtectedStage2(el2, vm, process, memlock);
          case NORMAL -> new OrdinaryStage2(el2, vm, process, ram);
        };
    slots = new SlotTable(ipaBits, new KindRules());
    slots.reserve(new Slot(0, 0, CODE.gfn().value(), 1, new SlotMemory.OfCode(ram.allocate())));
  }

  private final class KindRules implements SlotTable.Rules {
    @Override
    public boolean mayTakeAway() {
      return !(isProtected && hasRun);
    }

    @Override
    public boolean allowsFlags() {
      return !isProtected;
    }

    @Override
    public void gone(Slot slot) {
      stage2.gone(slot);
    }
  }

  /** A vCPU touches an address and stops. */
  public GuestAccess touch(int vcpu, Gpa at, Touch touch) {
    return run(
        vcpu, () -> fetch().<GuestAccess>map(failed -> failed).orElseGet(() -> reach(at, touch)));
  }

  /** A vCPU calls the hypervisor and stops. */
  public HvcReturn call(int vcpu, Hvc hvc) {
    return run(
        vcpu,
        () ->
            fetch()
                .<HvcReturn>map(failed -> new HvcReturn.Failed(failed.errno()))
                .orElseGet(() -> call(hvc)));
  }

  /** {@code KVM_SET_USER_MEMORY_REGION}; empty on success. */
  public Optional<Errno> setSlot(int id, long flags, Gpa gpa, ByteCount size, long offset) {
    return slots.set(id, flags, gpa.value(), size.value(), offset);
  }

  /** Binds a guest_memfd of so many new pages, created with flags, to a slot; empty on success. */
  public Optional<Errno> bindGuestMemory(int id, Gpa gpa, PageCount count, long flags) {
    var pages = Stream.generate(ram::allocate).limit(count.value()).toList();
    return slots.bind(id, gpa.value(), new SlotMemory.OfGuestMemory(flags, pages));
  }

  /** The host memory loses a page or changes what may be done with it. */
  public void taken(int hostPage) {
    stage2.taken(hostPage, slots.all());
  }

  /** Ends the VM. */
  public void destroy() {
    stage2.destroy();
  }

  private <T> T run(int vcpu, Supplier<T> inside) {
    hasRun = true;
    if (!el2.loadVcpu(vm, vcpu).happened()) {
      throw new IllegalStateException("vCPU " + vcpu + " of " + vm + " cannot be loaded");
    }
    try {
      return inside.get();
    } finally {
      el2.putVcpu(vm, vcpu);
    }
  }

  /** The vCPU fetches its instruction; empty if it can. */
  private Optional<GuestAccess.Failed> fetch() {
    return reach(CODE, Touch.LOAD) instanceof GuestAccess.Failed failed
        ? Optional.of(failed)
        : Optional.empty();
  }

  private GuestAccess reach(Gpa at, Touch touch) {
    long gfn = at.value() >>> Page.SHIFT;
    return slots
        .find(gfn)
        .map(slot -> stage2.touch(slot, gfn, touch))
        .orElseGet(GuestAccess.NoMemory::new);
  }

  private HvcReturn call(Hvc hvc) {
    return switch (el2.call(vm, hvc)) {
      case HvcOutcome.NeedsPage missing ->
          switch (reach(missing.gfn().gpa(), Touch.STORE)) {
            case GuestAccess.Reached reached -> again(hvc, missing.gfn());
            case GuestAccess.NoMemory nothing -> new HvcReturn.Excepted(EXTERNAL_ABORT);
            case GuestAccess.Failed failed -> new HvcReturn.Failed(failed.errno());
          };
      case HvcOutcome outcome -> answer(hvc, outcome);
    };
  }

  /** The guest makes a call again, now that the page is there. */
  private HvcReturn again(Hvc hvc, Gfn there) {
    HvcOutcome outcome = el2.call(vm, hvc);
    if (outcome.equals(new HvcOutcome.NeedsPage(there))) {
      throw new IllegalStateException("the page at " + there + " is not seen");
    }
    return answer(hvc, outcome);
  }

  private static HvcReturn answer(Hvc hvc, HvcOutcome outcome) {
    return switch (outcome) {
      case HvcOutcome.Answered answered -> new HvcReturn.Answered(answered.result());
      case HvcOutcome.Forwarded forwarded -> new HvcReturn.Answered(HostCalls.answer(hvc));
      case HvcOutcome.NeedsPage other -> throw impossible(other);
      case HvcOutcome.NeedsSplit other -> throw impossible(other);
      case HvcOutcome.Vetted other -> throw impossible(other);
      case HvcOutcome.Relinquished other -> throw impossible(other);
    };
  }

  private static IllegalStateException impossible(HvcOutcome outcome) {
    return new IllegalStateException("mainline never answers " + outcome);
  }
}
