package io.github.gmem4j.backend.kvm.vm;

import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.KernelException;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.api.vm.ConversionScope;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.MemorySlot;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.api.vm.VmListener;
import io.github.gmem4j.api.vm.VmListeners;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.backend.kvm.memory.KvmGuestMemory;
import io.github.gmem4j.backend.kvm.memory.TwinMemory;
import io.github.gmem4j.backend.kvm.syscall.Syscalls;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A VM whose memories are {@link TwinMemory}: converted through the memory, carried out through the
 * VM's attributes, frame by frame where it is bound. Thread-safe.
 */
public final class TwinVm implements VirtualMachine {
  private final KvmVm vm;
  private final Syscalls syscalls;
  private final RoadListener listener;
  private final List<TwinMemory> twins = new ArrayList<>();
  private final VmListeners memoryListeners = new VmListeners();

  /** Takes over a VM whose kernel keeps the state of its frames. */
  public TwinVm(KvmVm vm, Syscalls syscalls, RoadListener listener) {
    this.vm = vm;
    this.syscalls = syscalls;
    this.listener = listener;
  }

  @Override
  public VmType type() {
    return vm.type();
  }

  @Override
  public ConversionScope conversionScope() {
    return ConversionScope.GUEST_MEMORY;
  }

  @Override
  public KernelResult<GuestMemory> createGuestMemory(ByteCount size, long flags) {
    // The kernel's flags are the shared half's business; what is left is the kernel's to refuse.
    long unknown = flags & ~(GuestMemory.MMAP | GuestMemory.INIT_SHARED);
    return switch (vm.createGuestMemory(size, unknown)) {
      case KernelResult.Failed<GuestMemory> failed -> failed;
      case KernelResult.Ok<GuestMemory> ok -> twin((KvmGuestMemory) ok.value(), flags);
    };
  }

  private KernelResult<GuestMemory> twin(KvmGuestMemory privateCopy, long flags) {
    if (!vm.copy().enter()) {
      privateCopy.close();
      return KernelResult.failed(Errno.EIO, "the VM is closed");
    }
    try {
      TwinMemory twin =
          TwinMemory.of(
              syscalls, privateCopy, flags, vm.copy(), this::show, this::memoryClosed, listener);
      note(twin);
      return KernelResult.ok(twin);
    } catch (KernelException e) {
      vm.copy().leave();
      privateCopy.close();
      return e.toFailure();
    }
  }

  private synchronized void note(TwinMemory twin) {
    twins.removeIf(known -> known.privateCopy().isClosed());
    twins.add(twin);
  }

  /** {@inheritDoc} The private half belongs to one VM: ENOTTY. */
  @Override
  public KernelResult<GuestMemory> linkGuestMemory(GuestMemory memory) {
    return vm.linkGuestMemory(memory instanceof TwinMemory twin ? twin.privateCopy() : memory);
  }

  @Override
  public KernelResult<MemorySlot> setMemory(SlotRequest request) {
    boolean binds = (request.flags() & SlotRequest.GUEST_MEMFD) != 0;
    return binds && request.memory().orElse(null) instanceof TwinMemory twin
        ? twin.whileStatesStand(() -> bind(request, twin))
        : changed(vm.setMemory(request), request);
  }

  private KernelResult<MemorySlot> bind(SlotRequest request, TwinMemory twin) {
    KernelResult<MemorySlot> bound =
        vm.setMemory(
            new SlotRequest(
                request.slot(),
                request.flags(),
                request.gpa(),
                request.size(),
                twin.sharedCopy().plus(request.offset().value()),
                Optional.of(twin.privateCopy()),
                request.offset()));
    if (bound instanceof KernelResult.Ok<MemorySlot>(MemorySlot slot) && !isDeletion(request)) {
      PageRange pages = new PageRange(slot.firstPage(), slot.frames().count());
      Optional<ConversionOutcome> failure = setStates(twin, pages);
      if (failure.isPresent()) {
        setMemory(SlotRequest.delete(request.slot()));
        return KernelResult.failed(
            failure.get().errno().orElse(Errno.EIO), "cannot show the states: " + failure.get());
      }
    }
    return changed(bound, request);
  }

  private static boolean isDeletion(SlotRequest request) {
    return request.size().value() == 0;
  }

  private KernelResult<MemorySlot> changed(KernelResult<MemorySlot> done, SlotRequest request) {
    if (!(done instanceof KernelResult.Ok<MemorySlot>(MemorySlot slot))) {
      return done;
    }
    if (isDeletion(request)) {
      // Frames without guest memory count as shared.
      vm.setAttributes(slot.frames().bytes(), 0, 0);
    }
    return KernelResult.ok(described(slot));
  }

  @Override
  public List<MemorySlot> slots() {
    return vm.slots().stream().map(this::described).toList();
  }

  MemorySlot described(MemorySlot slot) {
    return new MemorySlot(
        slot.slot(),
        slot.flags(),
        slot.frames(),
        slot.userspace(),
        slot.memory().flatMap(this::twinOf),
        slot.firstPage());
  }

  /** Empty for one that was closed since the slot was looked up: it is bound no more. */
  private synchronized Optional<GuestMemory> twinOf(GuestMemory privateCopy) {
    return twins.stream()
        .filter(twin -> twin.privateCopy().equals(privateCopy))
        .map(GuestMemory.class::cast)
        .findFirst();
  }

  /** Shows the guest the other copy wherever pages are bound, or, if that fails, as before. */
  private Optional<ConversionOutcome> show(TwinMemory twin, PageRange pages, Shareability target) {
    Optional<ConversionOutcome> failure = setState(twin, pages, target);
    if (failure.isPresent()) {
      setStates(twin, pages)
          .ifPresent(stuck -> {
            throw new IllegalStateException("cannot undo after " + failure.get() + ": " + stuck);
          });
    }
    return failure;
  }

  /** Gives the frames of pages the states that the memory has, up to the first failure. */
  private Optional<ConversionOutcome> setStates(TwinMemory twin, PageRange pages) {
    return twin.runs(pages).stream()
        .map(run -> setState(twin, run.pages(), run.state()))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private Optional<ConversionOutcome> setState(
      TwinMemory twin, PageRange pages, Shareability state) {
    return vm.framesOf(twin.privateCopy(), pages.bytes()).stream()
        .map(frames -> vm.setAttributes(frames.bytes(), state.attributes(), 0))
        .filter(outcome -> !outcome.succeeded())
        .findFirst();
  }

  /** {@inheritDoc} ENOTTY: the state is the memory's. */
  @Override
  public ConversionOutcome setMemoryAttributes(GpaRange range, long attributes, long flags) {
    return new ConversionOutcome.Rejected(
        Errno.ENOTTY, "memory is converted through the memory here; asked for " + range);
  }

  @Override
  public long exitHypercalls() {
    return vm.exitHypercalls();
  }

  @Override
  public KernelResult<Long> enableExitHypercalls(long hypercalls) {
    return vm.enableExitHypercalls(hypercalls);
  }

  @Override
  public KernelResult<PageCount> populate(GpaRange range, Optional<byte[]> source) {
    return vm.populate(range, source);
  }

  @Override
  public KernelResult<VirtualMachine> finalizeLaunch() {
    return vm.finalizeLaunch() instanceof KernelResult.Failed<VirtualMachine> failed
        ? failed
        : KernelResult.ok(this);
  }

  @Override
  public Vcpu createVcpu(GuestProgram program) {
    return vm.createVcpu(program);
  }

  @Override
  public void addListener(VmListener added) {
    memoryListeners.add(added);
    vm.addListener(new TwinListener(this, added));
  }

  @Override
  public void removeListener(VmListener removed) {
    memoryListeners.remove(removed);
    vm.removeListener(new TwinListener(this, removed));
  }

  private void memoryClosed(TwinMemory twin) {
    memoryListeners.tell(told -> told.memoryClosed(twin));
  }

  @Override
  public void close() {
    vm.close();
  }
}
