package io.github.gmem4j.core.vm;

import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.policy.PolicyTraits;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.vm.ConversionScope;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.HostAddressSpace;
import io.github.gmem4j.api.vm.MemorySlot;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.api.vm.VmListener;
import io.github.gmem4j.api.vm.VmListeners;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.core.boundary.Answered;
import io.github.gmem4j.core.kernel.HostKernel;
import io.github.gmem4j.core.memory.MemoryView;
import io.github.gmem4j.core.tracker.ShareabilityTracker;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A VM of the in-memory engine. */
public final class InMemoryVm implements VirtualMachine {
  /** Makes the vCPUs of a VM; keeps this package free of the vCPU loop. */
  @FunctionalInterface
  public interface VcpuMaker {
    /** Makes a vCPU. */
    Vcpu make(InMemoryVm vm, int id, GuestProgram program);
  }

  static final String CLOSED = "the VM is closed";

  private final HostKernel kernel;
  private final ConversionPolicy policy;
  private final HostAddressSpace process;
  private final VcpuMaker vcpuMaker;
  private final GuestMmu mmu;
  private final Slots slots;
  private final VmAttributes attributes = new VmAttributes();
  private final Launch launch;
  private final AtomicInteger vcpuCount = new AtomicInteger();
  private final BackingMemory backing = new BackingMemory(this);
  private final GuestRequests requests = new GuestRequests();
  private final VmListeners listeners = new VmListeners();
  private final long exitHypercalls;
  private volatile long enabledExits;
  private volatile boolean closed;

  /** Creates a VM. */
  public InMemoryVm(
      HostKernel kernel, ConversionPolicy policy, HostAddressSpace process, VcpuMaker vcpuMaker) {
    this.kernel = kernel;
    this.policy = policy;
    this.process = process;
    this.vcpuMaker = vcpuMaker;
    PolicyTraits traits = Answered.by(policy, "traits", policy.traits());
    this.exitHypercalls = traits.exitHypercalls();
    this.mmu = new GuestMmu(traits.vmType(), kernel, policy, requests, listeners);
    this.slots = new Slots(mmu, kernel, requests);
    this.launch = new Launch(this);
    mmu.install(Answered.by(policy, "createPlatform", policy.createPlatform(mmu)));
  }

  /** Returns the host. */
  public HostKernel kernel() {
    return kernel;
  }

  /** Returns the policy. */
  public ConversionPolicy policy() {
    return policy;
  }

  /** Returns the VMM process. */
  public HostAddressSpace process() {
    return process;
  }

  /** Returns the MMU. */
  public GuestMmu mmu() {
    return mmu;
  }

  /** Returns the slot of address space 0 that covers a frame. */
  public @Nullable Slot slotAt(long gfn) {
    return slots.table().at(gfn);
  }

  /** Returns who may touch a frame, read without a lock: it may be stale at once. */
  public Shareability stateOf(long gfn, @Nullable Slot slot) {
    if (!kernel.generation().keepsStateInMemory()) {
      return attributes.isPrivate(gfn) ? Shareability.PRIVATE : Shareability.SHARED;
    }
    MemoryView view = slot == null ? null : slot.openView();
    // A frame without guest memory counts as shared.
    return view == null || slot == null ? Shareability.SHARED : view.stateOf(slot.pageOf(gfn));
  }

  /** Tells whether frames have a state, where the VM keeps it. */
  boolean attributesHave(long first, long end, Shareability state) {
    return switch (state) {
      case PRIVATE -> attributes.allPrivate(first, end);
      case SHARED -> attributes.allShared(first, end);
    };
  }

  /** Tells whether the VMM has enabled the exit of a hypercall number. */
  public boolean exitsOn(int hypercall) {
    return (enabledExits & 1L << hypercall) != 0;
  }

  /** Tells the listener, if there is one. */
  public void emit(RoadEvent event) {
    kernel.emit(event);
  }

  @Override
  public VmType type() {
    return mmu.type();
  }

  @Override
  public ConversionScope conversionScope() {
    return kernel.generation().keepsStateInMemory()
        ? ConversionScope.GUEST_MEMORY
        : ConversionScope.VM;
  }

  @Override
  public KernelResult<GuestMemory> createGuestMemory(ByteCount size, long flags) {
    Optional<String> dead = mmu.deadBecause();
    if (dead.isPresent()) {
      return KernelResult.failed(Errno.EIO, dead.get());
    }
    if (!kernel.generation().allowsFlags(flags, type())) {
      return KernelResult.failed(Errno.EINVAL, "illegal flags: 0x" + Long.toHexString(flags));
    }
    if (size.value() <= 0 || !Page.isAligned(size.value())) {
      return KernelResult.failed(Errno.EINVAL, "not a positive number of pages: size " + size);
    }
    if (size.wholePages().value() > ShareabilityTracker.MAX_PAGES) {
      return KernelResult.failed(Errno.ENOMEM, "more than this host can hold: size " + size);
    }
    return KernelResult.ok(MemoryView.create(kernel, mmu, size.wholePages().value(), flags));
  }

  @Override
  public KernelResult<GuestMemory> linkGuestMemory(GuestMemory memory) {
    Optional<String> dead = mmu.deadBecause();
    if (dead.isPresent()) {
      return KernelResult.failed(Errno.EIO, dead.get());
    }
    MemoryView linked =
        memory instanceof MemoryView view && view.kernel() == kernel && view.guest() != mmu
            ? view.linkTo(mmu)
            : null;
    return linked != null
        ? KernelResult.ok(linked)
        : KernelResult.failed(
            Errno.EINVAL, "not an open guest memory of another VM of this host: " + memory);
  }

  @Override
  public KernelResult<MemorySlot> setMemory(SlotRequest request) {
    KernelResult<MemorySlot> result = slots.set(request);
    if (request.size().value() == 0 && result instanceof KernelResult.Ok<MemorySlot> deleted) {
      listeners.tell(listener -> listener.slotGone(deleted.value()));
    }
    return result;
  }

  @Override
  public void addListener(VmListener listener) {
    listeners.add(listener);
  }

  @Override
  public void removeListener(VmListener listener) {
    listeners.remove(listener);
  }

  /** The kernel has converted frames while a vCPU ran. */
  public void framesConverted(int vcpu, GfnRange frames, Shareability state) {
    listeners.tell(listener -> listener.framesConverted(vcpu, frames, state));
  }

  /** What a vCPU's last exit left open is completed, or given up. */
  public void requestCompleted(int vcpu) {
    if (requests.close(vcpu)) {
      listeners.tell(listener -> listener.requestCompleted(vcpu));
    }
  }

  /** A vCPU was closed. */
  public void vcpuClosed(int vcpu) {
    listeners.tell(listener -> listener.vcpuClosed(vcpu));
  }

  @Override
  public List<MemorySlot> slots() {
    return slots.table().all().stream().map(Slot::describe).toList();
  }

  @Override
  public ConversionOutcome setMemoryAttributes(GpaRange range, long wanted, long flags) {
    ConversionOutcome outcome = AttributeChange.apply(this, range, wanted, flags);
    if (kernel.isHeard()) {
      emit(
          new RoadEvent.ConversionTried(
              ByteRange.of(range.start().value(), range.size().value()),
              wanted == 0 ? Shareability.SHARED : Shareability.PRIVATE,
              outcome));
    }
    return outcome;
  }

  Slots slotsInternal() {
    return slots;
  }

  VmAttributes attributes() {
    return attributes;
  }

  /** Returns what the kernel itself does to the memory behind guest frames. */
  public BackingMemory backing() {
    return backing;
  }

  /** Returns the requests that are to be completed inside {@code run()}. */
  public GuestRequests requests() {
    return requests;
  }

  @Override
  public long exitHypercalls() {
    return exitHypercalls;
  }

  @Override
  public KernelResult<Long> enableExitHypercalls(long hypercalls) {
    Optional<String> dead = mmu.deadBecause();
    if (dead.isPresent()) {
      return KernelResult.failed(Errno.EIO, dead.get());
    }
    if ((hypercalls & ~exitHypercalls) != 0) {
      return KernelResult.failed(
          Errno.EINVAL, "unknown hypercalls: 0x" + Long.toHexString(hypercalls));
    }
    enabledExits = hypercalls;
    return KernelResult.ok(hypercalls);
  }

  @Override
  public KernelResult<PageCount> populate(GpaRange range, Optional<byte[]> source) {
    return launch.populate(range, source);
  }

  @Override
  public KernelResult<VirtualMachine> finalizeLaunch() {
    return launch.complete();
  }

  @Override
  public Vcpu createVcpu(GuestProgram program) {
    return vcpuMaker.make(this, vcpuCount.getAndIncrement(), program);
  }

  /** Tells whether the VM was closed. */
  public boolean isClosed() {
    return closed;
  }

  @Override
  public void close() {
    mmu.bug(CLOSED);
    closed = true;
    mmu.tellVcpusOfClose();
    slots.clear();
    mmu.teardown();
    listeners.tell(VmListener::vmClosed);
  }
}
