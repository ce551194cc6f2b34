package io.github.gmem4j.backend.kvm.fake;

import io.github.gmem4j.backend.kvm.syscall.Returned;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What the fake kernel's descriptors answer to an ioctl. Under the kernel's monitor. */
final class FakeIoctls {
  private static final int EBADF = 9;
  private static final int ENOTTY = 25;

  private final FakeKernel kernel;
  private boolean amd;

  FakeIoctls(FakeKernel kernel) {
    this.kernel = kernel;
  }

  /** The processor is AMD's. */
  void onAmd() {
    amd = true;
  }

  Returned answer(@Nullable FakeFile file, long request, long argument) {
    return switch (file) {
      case null -> Returned.failure(EBADF);
      case FakeFile.Device device -> onDevice(request, argument);
      case FakeVm vm when request == 0xAE41 -> kernel.opened(new FakeVcpu(vm));
      case FakeVm vm when request == 0xAE03 -> capability(argument);
      case FakeVcpu vcpu when request == 0xAE80 -> FakeKernel.answer(vcpu.run());
      default -> Returned.failure(ENOTTY);
    };
  }

  Returned answer(@Nullable FakeFile file, long request, MemorySegment argument) {
    return switch (file) {
      case null -> Returned.failure(EBADF);
      case FakeFile.Device device when request == 0xC008AE05L -> cpuid(argument);
      case FakeVm vm -> onVm(vm, request, argument);
      case FakeGmem memory
          when request == 0xC080AED2L && kernel.generation() == FakeKernel.Generation.IN_PLACE ->
          FakeKernel.answer(memory.convert(argument));
      case FakeVcpu vcpu -> onVcpu(vcpu, request, argument);
      default -> Returned.failure(ENOTTY);
    };
  }

  private Returned onDevice(long request, long argument) {
    return switch ((int) request) {
      case 0xAE00 -> Returned.of(12);
      case 0xAE01 -> kernel.opened(new FakeVm(kernel, (int) argument));
      case 0xAE03 -> capability(argument);
      case 0xAE04 -> Returned.of(12288);
      default -> Returned.failure(ENOTTY);
    };
  }

  private static Returned capability(long number) {
    return Returned.of(
        switch ((int) number) {
          case 201 -> 1 << 12;
          case 231, 232, 234 -> 1;
          case 235 -> 3;
          case 244 -> 3;
          default -> 0;
        });
  }

  private Returned cpuid(MemorySegment struct) {
    struct.set(ValueLayout.JAVA_INT, 0, 1);
    byte[] vendor = (amd ? "AuthcAMDenti" : "GenuntelineI").getBytes(StandardCharsets.US_ASCII);
    MemorySegment.copy(vendor, 0, struct, ValueLayout.JAVA_BYTE, 8 + 16, vendor.length);
    return Returned.of(0);
  }

  private Returned onVm(FakeVm vm, long request, MemorySegment argument) {
    if (request == 0xC040AED4L) {
      long size = argument.get(ValueLayout.JAVA_LONG, 0);
      long flags = argument.get(ValueLayout.JAVA_LONG, 8);
      return (flags & ~3) != 0 || size <= 0 || size % 4096 != 0
          ? Returned.failure(FakeGmem.EINVAL)
          : kernel.opened(new FakeGmem(vm, size, flags), false);
    }
    if (request == 0x40A0AE49L) {
      return FakeKernel.answer(vm.setRegion(argument));
    }
    if (request == 0x4020AED2L && kernel.generation() == FakeKernel.Generation.ATTRIBUTES) {
      return FakeKernel.answer(vm.setAttributes(argument));
    }
    if (request == 0x4068AEA3L) {
      vm.exitHypercalls = argument.get(ValueLayout.JAVA_LONG, 8);
      return FakeKernel.answer((vm.exitHypercalls & ~(1 << 12)) == 0 ? 0 : FakeGmem.EINVAL);
    }
    return Returned.failure(ENOTTY);
  }

  private Returned onVcpu(FakeVcpu vcpu, long request, MemorySegment argument) {
    switch ((int) request) {
      case 0x4008AE90 -> {
        if (amd) {
          vcpu.expectVmmcall();
        }
      }
      case 0x4090AE82 -> vcpu.setRegs(argument);
      case 0x4138AE84 -> vcpu.setSregs(argument);
      case 0x8138AE83 -> vcpu.getSregs(argument);
      case 0xC040AED5 -> {
        return FakeKernel.answer(vcpu.vm.prefault(argument));
      }
      default -> {
        return Returned.failure(ENOTTY);
      }
    }
    return Returned.of(0);
  }
}
