package io.github.gmem4j.backend.kvm.vm;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.KernelException;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.vm.MemorySlot;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.backend.kvm.layout.Ioctl;
import io.github.gmem4j.backend.kvm.layout.MemoryRegion2;
import io.github.gmem4j.backend.kvm.lifetime.Descriptor;
import io.github.gmem4j.backend.kvm.memory.KvmGuestMemory;
import io.github.gmem4j.backend.kvm.syscall.Returned;
import io.github.gmem4j.backend.kvm.syscall.Scratch;
import io.github.gmem4j.backend.kvm.syscall.Syscalls;
import io.github.gmem4j.backend.kvm.vcpu.Gate;
import io.github.gmem4j.backend.kvm.vcpu.StubRegion;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A VM's slots: those that the VMM asks for, and the one of the guest's code, which gives way to
 * them. Changes take turns; whoever only looks takes the {@link #books} of this moment.
 * Thread-safe.
 */
final class VmSlots {
  private static final String CLOSED = "the VM is closed";

  private final Syscalls syscalls;
  private final Descriptor file;
  private final Gate gate;
  private final Runnable nudge;
  private final GuestMappings mappings;
  private volatile SlotBooks books = SlotBooks.EMPTY;
  private @Nullable StubRegion region;

  /**
   * Creates those of a VM that has none.
   *
   * @param nudge gets every vCPU out of KVM_RUN
   * @param mappings told which frames KVM drops
   */
  VmSlots(Syscalls syscalls, Descriptor file, Gate gate, Runnable nudge, GuestMappings mappings) {
    this.syscalls = syscalls;
    this.file = file;
    this.gate = gate;
    this.nudge = nudge;
    this.mappings = mappings;
  }

  /** Returns the VMM's slots. */
  SlotBooks books() {
    return books;
  }

  /** Sets a slot as {@link VirtualMachine#setMemory} says. */
  synchronized KernelResult<MemorySlot> set(SlotRequest request) {
    if (file.isClosed()) {
      return KernelResult.failed(Errno.EIO, CLOSED);
    }
    Optional<KernelResult<MemorySlot>> inTheWay = makeRoom(request.slot());
    if (inTheWay.isPresent()) {
      return inTheWay.get();
    }
    Returned done = withMemory(request, memory -> set(request, memory));
    return done.failed()
        ? done.toFailure("the kernel refuses the slot " + request)
        : KernelResult.ok(noted(request));
  }

  /** Lets the guest's code have another slot, if its own is asked for; empty on success. */
  private Optional<KernelResult<MemorySlot>> makeRoom(int wanted) {
    StubRegion own = region;
    if (own == null || own.slot() != wanted) {
      return Optional.empty();
    }
    OptionalInt free = freeSlot(wanted);
    if (free.isEmpty()) {
      return Optional.of(
          KernelResult.failed(Errno.EINVAL, "the guest's code needs one slot, " + wanted));
    }
    Returned moved = gate.whileClosed(nudge, () -> move(own, free.getAsInt()));
    return moved.failed()
        ? Optional.of(moved.toFailure("the guest's code cannot leave slot " + wanted))
        : Optional.empty();
  }

  /** No guest runs meanwhile: it would find no code. */
  private static Returned move(StubRegion own, int number) {
    Returned vacated = own.vacate();
    if (vacated.failed()) {
      return vacated;
    }
    Returned done = own.occupy(number);
    if (done.failed() && own.occupy(own.slot()).failed()) {
      throw new IllegalStateException("the guest's code has lost its slot " + own.slot());
    }
    return done;
  }

  /** Returns the last number that no slot has, another than a given one. */
  private OptionalInt freeSlot(int except) {
    return IntStream.iterate(VirtualMachine.MAX_SLOT, number -> number >= 0, number -> number - 1)
        .filter(number -> number != except && books.numbered(number).isEmpty())
        .findFirst();
  }

  private MemorySlot noted(SlotRequest request) {
    SlotBooks before = books;
    MemorySlot slot;
    if (request.size().value() == 0) {
      slot =
          before
              .numbered(request.slot())
              .orElseThrow(() ->
                  new IllegalStateException("the kernel deleted a slot unknown here: " + request));
      books = before.without(request.slot());
    } else {
      slot = SlotBooks.added(request);
      books = before.with(slot);
    }
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

  /**
   * Returns the region of the guest's code.
   *
   * @throws KernelException if it cannot be had, see {@link KvmVm#createVcpu}
   */
  synchronized StubRegion region() {
    if (file.isClosed()) {
      throw new KernelException(Errno.EIO, CLOSED);
    }
    StubRegion own = region;
    if (own == null) {
      OptionalInt number = freeSlot(-1);
      if (number.isEmpty()) {
        throw new KernelException(Errno.EINVAL, "no slot is left for the guest's code");
      }
      own = StubRegion.in(syscalls, file, number.getAsInt());
      region = own;
    }
    return own;
  }

  /** Forgets all; the guest's code goes with its last vCPU. */
  synchronized void close() {
    books = SlotBooks.EMPTY;
    if (region != null) {
      region.close();
    }
  }
}
