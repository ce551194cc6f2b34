package io.github.gmem4j.backend.kvm.vm;

import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.guest.PlainHypercall;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.ConversionRequest;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.KernelException;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.api.vm.VirtualMachine;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.backend.kvm.Kvm;
import io.github.gmem4j.backend.kvm.KvmAccess;
import io.github.gmem4j.backend.kvm.PlainGuest;
import io.github.gmem4j.backend.kvm.syscall.Syscalls;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/** Everything that this backend can do, once; what fails is left out, and all is closed. */
final class Life {
  static final ByteCount SIZE = ByteCount.kib(16);

  private final List<AutoCloseable> open = new ArrayList<>();
  private final List<Pin> pins = new ArrayList<>();
  private final List<String> answers = new ArrayList<>();

  private Life() {}

  /** Lives over some system calls and returns what was answered. */
  static List<String> over(Syscalls syscalls) {
    Life life = new Life();
    if (Kvm.open(syscalls) instanceof KvmAccess.Granted granted) {
      life.with(granted.kvm());
    }
    return life.answers;
  }

  /** A VM that converts, where the kernel can; else an ordinary one. */
  static KernelResult<? extends VirtualMachine> vm(Kvm kvm) {
    var policy = PlainGuest.policy(VmType.SW_PROTECTED);
    KernelResult<VirtualMachine> converting = kvm.createConvertingVm(policy, RoadListener.NONE);
    return converting instanceof KernelResult.Failed<VirtualMachine> failed
            && failed.errno() == Errno.EOPNOTSUPP
        ? kvm.createVm(policy, RoadListener.NONE)
        : converting;
  }

  /** Notes an answer; an exception is one too: a report is all or nothing, a vCPU is or is not. */
  private void ask(Supplier<?> question) {
    try {
      answers.add(String.valueOf(question.get()).replaceAll("since=[^]]*", "since some time"));
    } catch (KernelException e) {
      answers.add(String.valueOf(e.getMessage()));
    }
  }

  private void with(Kvm kvm) {
    try (kvm) {
      ask(kvm::probe);
      if (vm(kvm) instanceof KernelResult.Ok<? extends VirtualMachine> ok) {
        open.add(ok.value());
        in(ok.value());
      }
    } finally {
      open.reversed().forEach(Life::close);
    }
  }

  private static void close(AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (Exception e) {
      throw new AssertionError("closing does not fail", e);
    }
  }

  private void in(VirtualMachine vm) {
    ask(() -> vm.enableExitHypercalls(1 << 12));
    if (!(vm.createGuestMemory(SIZE, GuestMemory.MMAP | GuestMemory.INIT_SHARED)
        instanceof KernelResult.Ok<GuestMemory> created)) {
      return;
    }
    GuestMemory memory = created.value();
    open.add(memory);
    ask(() -> vm.setMemory(SlotRequest.bind(0, new Gpa(0x1000), memory)).succeeded());
    if (memory.map(SIZE) instanceof KernelResult.Ok<HostMapping> mapped) {
      open.add(mapped.value());
      on(mapped.value());
    }
    ask(() -> memory.convert(ConversionRequest.toPrivate(ByteRange.of(0, SIZE.value()))));
    pins.forEach(Pin::close);
    ask(() -> memory.convert(ConversionRequest.toPrivate(ByteRange.of(0, SIZE.value()))));
    ask(() -> memory.convert(ConversionRequest.toShared(ByteRange.of(0x1000, 0x1000))));
    ask(() -> memory.allocate(ByteRange.of(0, SIZE.value())));
    ask(() -> memory.punchHole(ByteRange.of(0, SIZE.value())));
    ask(() -> vm.setMemoryAttributes(GpaRange.of(0x1000, SIZE.value()), 8, 0));
    ask(() -> memory.allocate(ByteRange.of(0, 4096)));
    ask(() -> memory.isPopulated(new PageIndex(0)));
    ask(() -> memory.poison(new PageIndex(0)));
    ask(() -> memory.truncate(ByteCount.PAGE));
    ask(() -> {
      run(vm);
      return "ran";
    });
    ask(() -> vm.setMemory(SlotRequest.delete(0)).succeeded());
  }

  private void run(VirtualMachine vm) {
    Vcpu vcpu =
        vm.createVcpu(
            GuestProgram.of(
                new GuestAction.Write(new Gpa(0x1000), Shareability.PRIVATE, (byte) 1),
                new GuestAction.Call(new PlainHypercall(12, 0x1000, 1, 0, 0)),
                new GuestAction.Call(new PlainHypercall(12, 0x1000, 1, 0, 3))));
    open.add(vcpu);
    ask(vcpu::run);
    ask(vcpu::run);
    vcpu.load(GuestProgram.of());
    ask(vcpu::run);
    ask(() -> vcpu.prefault(GpaRange.of(0x1000, 4096), 0));
  }

  private void on(HostMapping mapping) {
    byte[] loaded = new byte[5000];
    ask(() -> mapping.store(ByteOffset.ZERO, new byte[5000]));
    ask(() -> mapping.load(ByteOffset.ZERO, loaded));
    ask(() -> Arrays.hashCode(loaded));
    ask(() -> mapping.isMapped(new PageIndex(0)));
    for (ReferenceKind kind : List.of(ReferenceKind.SHORT_TERM, ReferenceKind.LONG_TERM)) {
      if (mapping.pin(new PageIndex(0), kind, "device") instanceof KernelResult.Ok<Pin> pinned) {
        open.add(pinned.value());
        pins.add(pinned.value());
        through(pinned.value());
      }
    }
    ask(() -> {
      open.add(mapping.duplicate());
      mapping.drop(PageRange.of(0, 2));
      return "mapped again";
    });
  }

  private void through(Pin pin) {
    ask(() -> pin.load(0));
    if (pin.kind() == ReferenceKind.LONG_TERM) {
      ask(() -> {
        pin.store(0, (byte) 7);
        return pin.load(0);
      });
    }
  }
}
