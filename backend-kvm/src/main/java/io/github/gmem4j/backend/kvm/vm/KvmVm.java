package io.github.gmem4j.backend.kvm.vm;

import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.KernelException;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.api.vm.ConversionScope;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.MemorySlot;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.api.vm.VmListener;
import io.github.gmem4j.api.vm.VmListeners;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.api.vm.VmType.AccessRule;
import io.github.gmem4j.backend.kvm.layout.EnableCap;
import io.github.gmem4j.backend.kvm.layout.Ioctl;
import io.github.gmem4j.backend.kvm.layout.MemoryAttributes;
import io.github.gmem4j.backend.kvm.lifetime.Acquired;
import io.github.gmem4j.backend.kvm.lifetime.Descriptor;
import io.github.gmem4j.backend.kvm.lifetime.GuestMemfd;
import io.github.gmem4j.backend.kvm.memory.Dropped;
import io.github.gmem4j.backend.kvm.memory.HostCopy;
import io.github.gmem4j.backend.kvm.memory.KvmGuestMemory;
import io.github.gmem4j.backend.kvm.memory.StateRuns;
import io.github.gmem4j.backend.kvm.probe.Capability;
import io.github.gmem4j.backend.kvm.probe.ConversionInterface;
import io.github.gmem4j.backend.kvm.probe.Device;
import io.github.gmem4j.backend.kvm.probe.MachineType;
import io.github.gmem4j.backend.kvm.syscall.Returned;
import io.github.gmem4j.backend.kvm.syscall.Scratch;
import io.github.gmem4j.backend.kvm.syscall.Syscalls;
import io.github.gmem4j.backend.kvm.vcpu.Gate;
import io.github.gmem4j.backend.kvm.vcpu.GuestFrames;
import io.github.gmem4j.backend.kvm.vcpu.KvmVcpu;
import io.github.gmem4j.backend.kvm.vcpu.StubRegion;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A real VM.
 *
 * <p>Once a vCPU exists, the last 4 MiB below 64 GiB and one slot number belong to the VM's own
 * guest code: a request for those frames is EEXIST. The number is the last that nobody uses, and
 * gives way to a request for it; only a VMM that uses all others is refused, with EINVAL.
 *
 * <p>Thread-safe. Listeners inside {@code run()} may call it, and close it: {@link #close} waits
 * for vCPUs that other threads run, holding nothing, but not from inside a {@code run()}, for there
 * they are closed when they leave.
 */
public final class KvmVm implements VirtualMachine {
  private static final String CLOSED = "the VM is closed";

  private final Device device;
  private final Syscalls syscalls;
  private final Descriptor file;
  private final MachineType machine;
  private final ConversionInterface conversion;
  private final ConversionPolicy policy;
  private final RoadListener listener;
  private final HostCopy copy;
  private final StateRuns attributes = new StateRuns(Shareability.SHARED);

  /** Keeps the attributes' books in the kernel's order. */
  private final Object converting = new Object();

  private final GuestMappings mappings = new GuestMappings();
  private final Dropped drops = this::dropped;
  private final Gate gate = new Gate();
  private final VmSlots slots;
  private final VmListeners listeners = new VmListeners();

  /** Those that are not closed. Added to under the VM's monitor. */
  private final Set<KvmVcpu> vcpus = ConcurrentHashMap.newKeySet();

  private boolean launched;
  private volatile long exits;

  /** A number that was tried is used up, even where the vCPU could then not be set up. */
  private int nextVcpu;

  private KvmVm(
      Device device,
      Descriptor file,
      MachineType machine,
      ConversionInterface conversion,
      ConversionPolicy policy,
      HostCopy copy,
      RoadListener listener) {
    this.device = device;
    this.syscalls = device.syscalls();
    this.file = file;
    this.machine = machine;
    this.conversion = conversion;
    this.policy = policy;
    this.copy = copy;
    this.listener = listener;
    this.slots = new VmSlots(syscalls, file, gate, this::nudge, mappings);
  }

  /**
   * Creates a VM.
   *
   * @param machine a type that this backend can launch
   * @param policy whose guests it runs
   * @param listener told of what happens
   * @throws KernelException if the kernel refuses
   */
  public static KvmVm create(
      Device device, MachineType machine, ConversionPolicy policy, RoadListener listener) {
    ConversionInterface conversion = device.conversion(machine);
    try (Acquired acquired = new Acquired()) {
      Returned created = device.createVm(machine).orThrow("cannot create a VM of type " + machine);
      Descriptor file = acquired.add(new Descriptor(device.syscalls(), created.asInt()));
      HostCopy copy = HostCopy.create(device.syscalls());
      return acquired.keep(new KvmVm(device, file, machine, conversion, policy, copy, listener));
    }
  }

  @Override
  public VmType type() {
    return machine.type().orElseThrow();
  }

  /** Returns how this VM's memory is converted, or what is missing for it. */
  public ConversionInterface conversion() {
    return conversion;
  }

  @Override
  public ConversionScope conversionScope() {
    return conversion.scope();
  }

  @Override
  public KernelResult<GuestMemory> createGuestMemory(ByteCount size, long flags) {
    if (!copy.enter()) {
      return KernelResult.failed(Errno.EIO, CLOSED);
    }
    try (Scratch scratch = Scratch.open()) {
      Returned created = GuestMemfd.create(syscalls, file, scratch, size.value(), flags);
      if (created.failed()) {
        copy.leave();
        return created.toFailure(
            "no guest memory of " + size + " bytes with flags 0x" + Long.toHexString(flags));
      }
      AtomicReference<GuestMemory> memory = new AtomicReference<>();
      Descriptor file = new Descriptor(syscalls, created.asInt(), () -> memoryClosed(memory));
      memory.set(new KvmGuestMemory(syscalls, file, size, flags, copy, listener, drops));
      return KernelResult.ok(memory.get());
    }
  }

  /** The memory's descriptor is closed, and the last call inside has returned. */
  private void memoryClosed(AtomicReference<GuestMemory> memory) {
    copy.leave();
    GuestMemory closed = memory.get();
    listeners.tell(told -> told.memoryClosed(closed));
  }

  /** {@inheritDoc} No released kernel can: ENOTTY, once the argument is one that it would take. */
  @Override
  public KernelResult<GuestMemory> linkGuestMemory(GuestMemory memory) {
    if (file.isClosed()) {
      return KernelResult.failed(Errno.EIO, CLOSED);
    }
    return memory instanceof KvmGuestMemory kvm && !kvm.isClosed()
        ? KernelResult.failed(Errno.ENOTTY, "this kernel gives a memory one VM")
        : KernelResult.failed(Errno.EINVAL, "not a guest memory of this host: " + memory);
  }

  @Override
  public KernelResult<MemorySlot> setMemory(SlotRequest request) {
    KernelResult<MemorySlot> result = slots.set(request);
    if (request.size().value() == 0 && result instanceof KernelResult.Ok<MemorySlot> deleted) {
      listeners.tell(told -> told.slotGone(deleted.value()));
    }
    return result;
  }

  @Override
  public void addListener(VmListener added) {
    listeners.add(added);
  }

  @Override
  public void removeListener(VmListener removed) {
    listeners.remove(removed);
  }

  /** Returns the frames of address space 0 behind which bytes of a memory lie. */
  List<GfnRange> framesOf(GuestMemory memory, ByteRange range) {
    return slots.books().framesOf(memory, range);
  }

  HostCopy copy() {
    return copy;
  }

  @Override
  public List<MemorySlot> slots() {
    return slots.books().all();
  }

  @Override
  public ConversionOutcome setMemoryAttributes(GpaRange range, long wanted, long flags) {
    ConversionOutcome outcome = file.isClosed() ? dead() : setAttributes(range, wanted, flags);
    Shareability target = wanted == 0 ? Shareability.SHARED : Shareability.PRIVATE;
    listener.on(
        new RoadEvent.ConversionTried(
            ByteRange.of(range.start().value(), range.size().value()), target, outcome));
    return outcome;
  }

  private static ConversionOutcome dead() {
    return new ConversionOutcome.Rejected(Errno.EIO, CLOSED);
  }

  /** Sets attributes as {@link #setMemoryAttributes} does, without telling the listener. */
  ConversionOutcome setAttributes(GpaRange range, long wanted, long flags) {
    synchronized (converting) {
      Returned done;
      try (Scratch scratch = Scratch.open()) {
        MemorySegment struct =
            MemoryAttributes.of(
                scratch, range.start().value(), range.size().value(), wanted, flags);
        done = file.call(fd -> syscalls.ioctl(fd, Ioctl.SET_MEMORY_ATTRIBUTES, struct));
      }
      if (done.failed()) {
        return new ConversionOutcome.Rejected(
            done.errno(), done.reason("the kernel refuses attributes " + wanted + " for " + range));
      }
      Shareability target = wanted == 0 ? Shareability.SHARED : Shareability.PRIVATE;
      long from = range.start().gfn().value();
      long end = from + range.size().wholePages().value();
      if (attributes.isUniform(from, end, target)) {
        return new ConversionOutcome.AlreadyThere(target);
      }
      attributes.store(from, end, target);
      mappings.dropped(from, end);
      return new ConversionOutcome.Converted(target);
    }
  }

  @Override
  public long exitHypercalls() {
    return Device.check(syscalls, file, Capability.EXIT_HYPERCALL);
  }

  @Override
  public synchronized KernelResult<Long> enableExitHypercalls(long hypercalls) {
    if (file.isClosed()) {
      return KernelResult.failed(Errno.EIO, CLOSED);
    }
    try (Scratch scratch = Scratch.open()) {
      MemorySegment struct = EnableCap.of(scratch, Capability.EXIT_HYPERCALL.number(), hypercalls);
      Returned done = file.call(fd -> syscalls.ioctl(fd, Ioctl.ENABLE_CAP, struct));
      if (done.failed()) {
        return done.toFailure("unknown hypercalls: 0x" + Long.toHexString(hypercalls));
      }
      exits = hypercalls;
      return KernelResult.ok(hypercalls);
    }
  }

  /** What its vCPUs ask. */
  private final class Frames implements GuestFrames {
    @Override
    public boolean mapGpaExits() {
      return (exits & 1L << Exit.MapGpaRange.NUMBER) != 0;
    }

    @Override
    public boolean reached(Gfn frame) {
      return mappings.reached(frame);
    }

    @Override
    public Shareability stateOf(Gfn frame) {
      if (!type().privateMemory()) {
        return Shareability.SHARED;
      }
      return switch (conversionScope()) {
        case VM -> attributes.at(frame.value());
        case GUEST_MEMORY -> stateInMemory(frame);
      };
    }

    @Override
    public boolean isServed(Gfn frame) {
      return type().accessRule() == AccessRule.FOLLOWS_STATE
          && slots.books().at(frame).flatMap(MemorySlot::memory).isPresent();
    }
  }

  private Shareability stateInMemory(Gfn frame) {
    return slots
        .books()
        .at(frame)
        .flatMap(slot -> slot.memory().map(memory -> memory.shareability(slot.pageOf(frame))))
        .orElse(Shareability.SHARED);
  }

  /** The kernel took these bytes of a memory from its guest. */
  private void dropped(GuestMemory memory, ByteRange range) {
    framesOf(memory, range)
        .forEach(frames -> mappings.dropped(frames.first().value(), frames.endExclusive()));
  }

  /** {@inheritDoc} The kernel has no such call for this backend's VM types: ENOTTY. */
  @Override
  public KernelResult<PageCount> populate(GpaRange range, Optional<byte[]> source) {
    return KernelResult.failed(
        Errno.ENOTTY, "VMs of type " + machine + " have no initial image; asked for " + range);
  }

  /** {@inheritDoc} The VM types of this backend need nothing to be launched. */
  @Override
  public synchronized KernelResult<VirtualMachine> finalizeLaunch() {
    if (file.isClosed()) {
      return KernelResult.failed(Errno.EIO, CLOSED);
    }
    if (launched) {
      return KernelResult.failed(Errno.EINVAL, "the launch is finalized");
    }
    launched = true;
    return KernelResult.ok(this);
  }

  /**
   * {@inheritDoc}
   *
   * @throws KernelException if the kernel refuses: EIO once the VM is closed, EEXIST if a slot lies
   *     where the guest's code goes
   */
  @Override
  public Vcpu createVcpu(GuestProgram program) {
    StubRegion own;
    int id;
    synchronized (this) {
      own = slots.region();
      id = nextVcpu++;
    }
    // Foreign code is called: the policy's.
    KvmVcpu vcpu =
        KvmVcpu.create(
            device, file, id, own, gate, policy, new Frames(), listener, program, this::vcpuClosed);
    synchronized (this) {
      if (!file.isClosed()) {
        vcpus.add(vcpu);
        return vcpu;
      }
    }
    vcpu.closeWithVm();
    throw new KernelException(Errno.EIO, CLOSED);
  }

  private void vcpuClosed(KvmVcpu vcpu) {
    vcpus.remove(vcpu);
    listeners.tell(told -> told.vcpuClosed(vcpu.id()));
  }

  private void nudge() {
    vcpus.forEach(KvmVcpu::nudge);
  }

  /**
   * {@inheritDoc}
   *
   * <p>vCPUs that run in other threads are kicked out, and waited for; their {@code run()} fails
   * with EIO. Called from inside a {@code run()}, nobody is waited for.
   */
  @Override
  public void close() {
    boolean first;
    synchronized (this) {
      first = !file.isClosed();
      file.close();
      slots.close();
      copy.close();
    }
    // Without the monitor: whoever runs may be in a listener that asks this VM something.
    vcpus.forEach(KvmVcpu::leaveWithVm);
    vcpus.forEach(KvmVcpu::closeWithVm);
    if (first) {
      listeners.tell(VmListener::vmClosed);
    }
  }
}
