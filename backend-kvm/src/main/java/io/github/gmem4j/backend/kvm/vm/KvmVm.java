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
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.backend.kvm.layout.CreateGuestMemfd;
import io.github.gmem4j.backend.kvm.layout.EnableCap;
import io.github.gmem4j.backend.kvm.layout.Ioctl;
import io.github.gmem4j.backend.kvm.layout.MemoryAttributes;
import io.github.gmem4j.backend.kvm.layout.MemoryRegion2;
import io.github.gmem4j.backend.kvm.lifetime.Acquired;
import io.github.gmem4j.backend.kvm.lifetime.Descriptor;
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
import io.github.gmem4j.backend.kvm.vcpu.GuestFrames;
import io.github.gmem4j.backend.kvm.vcpu.KvmVcpu;
import io.github.gmem4j.backend.kvm.vcpu.StubRegion;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A real VM.
 *
 * <p>The last slot id of address space 0 and the last 4 MiB below 64 GiB belong to the VM's own
 * guest code: a request for that slot is EINVAL, one for those frames EEXIST once a vCPU exists.
 * Thread-safe.
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
  private final SlotBooks slots = new SlotBooks();
  private final GuestMappings mappings = new GuestMappings();
  private final Dropped drops = this::dropped;
  private final List<KvmVcpu> vcpus = new ArrayList<>();
  private @Nullable StubRegion region;
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
      MemorySegment struct = CreateGuestMemfd.of(scratch, size.value(), flags);
      Returned created = file.call(fd -> syscalls.ioctl(fd, Ioctl.CREATE_GUEST_MEMFD, struct));
      if (created.failed()) {
        copy.leave();
        return created.toFailure(
            "no guest memory of " + size + " bytes with flags 0x" + Long.toHexString(flags));
      }
      return KernelResult.ok(
          new KvmGuestMemory(
              syscalls,
              new Descriptor(syscalls, created.asInt(), copy::leave),
              size,
              flags,
              copy,
              listener,
              drops));
    }
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
  public synchronized KernelResult<MemorySlot> setMemory(SlotRequest request) {
    if (file.isClosed()) {
      return KernelResult.failed(Errno.EIO, CLOSED);
    }
    if (request.slot() == StubRegion.SLOT) {
      return KernelResult.failed(
          Errno.EINVAL, "slot " + StubRegion.SLOT + " belongs to the guest's code");
    }
    Returned done = withMemory(request, memory -> set(request, memory));
    return done.failed()
        ? done.toFailure("the kernel refuses the slot " + request)
        : KernelResult.ok(noted(request));
  }

  private MemorySlot noted(SlotRequest request) {
    MemorySlot slot = slots.note(request);
    mappings.dropped(slot.frames().first().value(), slot.frames().endExclusive());
    return slot;
  }

  /** Finds the file to hand over: none is -1, and one that is no guest_memfd is the VM itself. */
  private Returned withMemory(SlotRequest request, IntFunction<Returned> call) {
    return request
        .memory()
        .map(memory -> memory instanceof KvmGuestMemory kvm ? kvm.call(call) : file.call(call))
        .orElseGet(() -> call.apply(-1));
  }

  /** Returns the frames of address space 0 behind which bytes of a memory lie. */
  synchronized List<GfnRange> framesOf(GuestMemory memory, ByteRange range) {
    return slots.framesOf(memory, range);
  }

  HostCopy copy() {
    return copy;
  }

  private Returned set(SlotRequest request, int memory) {
    try (Scratch scratch = Scratch.open()) {
      MemorySegment struct = MemoryRegion2.allocate(scratch);
      MemoryRegion2.SLOT.set(struct, request.slot());
      MemoryRegion2.FLAGS.set(struct, (int) request.flags());
      MemoryRegion2.GUEST_PHYS_ADDR.set(struct, request.gpa().value());
      MemoryRegion2.MEMORY_SIZE.set(struct, request.size().value());
      MemoryRegion2.USERSPACE_ADDR.set(struct, request.userspace().value());
      MemoryRegion2.GUEST_MEMFD_OFFSET.set(struct, request.offset().value());
      MemoryRegion2.GUEST_MEMFD.set(struct, memory);
      return file.call(fd -> syscalls.ioctl(fd, Ioctl.SET_USER_MEMORY_REGION2, struct));
    }
  }

  @Override
  public synchronized List<MemorySlot> slots() {
    return slots.all();
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
    // The books follow the kernel's order.
    synchronized (attributes) {
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
  public KernelResult<Long> enableExitHypercalls(long hypercalls) {
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
  }

  private synchronized Shareability stateInMemory(Gfn frame) {
    return slots
        .at(frame)
        .flatMap(slot -> slot.memory().map(memory -> memory.shareability(slot.pageOf(frame))))
        .orElse(Shareability.SHARED);
  }

  /** The kernel took these bytes of a memory from its guest. */
  private synchronized void dropped(GuestMemory memory, ByteRange range) {
    slots
        .framesOf(memory, range)
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
  public synchronized Vcpu createVcpu(GuestProgram program) {
    if (file.isClosed()) {
      throw new KernelException(Errno.EIO, CLOSED);
    }
    StubRegion own = region;
    if (own == null) {
      own = StubRegion.in(syscalls, file);
      region = own;
    }
    KvmVcpu vcpu =
        KvmVcpu.create(device, file, nextVcpu++, own, policy, new Frames(), listener, program);
    vcpus.add(vcpu);
    return vcpu;
  }

  /**
   * {@inheritDoc}
   *
   * <p>vCPUs that run in other threads are kicked out, and waited for; their {@code run()} fails
   * with EIO.
   */
  @Override
  public synchronized void close() {
    vcpus.forEach(KvmVcpu::closeWithVm);
    vcpus.clear();
    slots.clear();
    file.close();
    if (region != null) {
      region.close();
    }
    copy.close();
  }
}
