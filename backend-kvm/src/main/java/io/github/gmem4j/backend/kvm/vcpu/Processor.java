package io.github.gmem4j.backend.kvm.vcpu;

import io.github.gmem4j.backend.kvm.layout.Cpuid;
import io.github.gmem4j.backend.kvm.layout.Ioctl;
import io.github.gmem4j.backend.kvm.layout.PreFaultMemory;
import io.github.gmem4j.backend.kvm.layout.Registers;
import io.github.gmem4j.backend.kvm.layout.SpecialRegisters;
import io.github.gmem4j.backend.kvm.lifetime.Acquired;
import io.github.gmem4j.backend.kvm.lifetime.Descriptor;
import io.github.gmem4j.backend.kvm.lifetime.Mapped;
import io.github.gmem4j.backend.kvm.probe.Device;
import io.github.gmem4j.backend.kvm.syscall.Returned;
import io.github.gmem4j.backend.kvm.syscall.Syscalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The kernel's vCPU: its file, its shared struct, its registers.
 *
 * @param syscalls how calls are made
 * @param file the vCPU's file
 * @param run its mapped {@code struct kvm_run}
 * @param kick how it is got out of KVM_RUN
 * @param gate what it passes on its way into KVM_RUN
 */
record Processor(Syscalls syscalls, Descriptor file, Mapped run, Kick kick, Gate gate)
    implements AutoCloseable {
  /** Protection, paging, and what else every 64-bit kernel sets. */
  private static final long CR0 = 0x8005_0033L;

  /** Physical address extension: without it there are no four levels of page tables. */
  private static final long CR4 = 1 << 5;

  /** Long mode, enabled and active. */
  private static final long EFER = 1 << 8 | 1 << 10;

  /** The bit that is always set, and I/O ports for processes too. */
  private static final long RFLAGS = 1 << 1 | 3 << 12;

  /**
   * Creates a vCPU with 64-bit code in place.
   *
   * @throws io.github.gmem4j.api.memory.KernelException if the kernel refuses any of it
   */
  static Processor create(Device device, Descriptor vm, int id, StubBlock block, Gate gate) {
    Syscalls syscalls = device.syscalls();
    int signal = syscalls.kickSignal().orThrow("no signal is free to interrupt vCPUs with").asInt();
    try (Arena arena = Arena.ofConfined();
        Acquired acquired = new Acquired()) {
      Returned created =
          vm.call(fd -> syscalls.ioctl(fd, Ioctl.CREATE_VCPU, id))
              .orThrow("cannot create vCPU " + id);
      Descriptor file = acquired.add(new Descriptor(syscalls, created.asInt()));
      long length = device.vcpuMapSize().orThrow("KVM tells no size of a vCPU").value();
      Mapped run = acquired.add(Mapped.file(syscalls, file, length, "vCPU " + id));
      MemorySegment cpuid = device.supportedCpuid(arena);
      file.call(fd -> syscalls.ioctl(fd, Ioctl.SET_CPUID2, cpuid))
          .orThrow("cannot give vCPU " + id + " its features");
      block.install(GuestStub.code(Cpuid.callsWithVmmcall(cpuid)));
      Kick kick = new Kick(syscalls, run, signal);
      Processor processor = new Processor(syscalls, file, run, kick, gate);
      processor.reset(block);
      return acquired.keep(processor);
    }
  }

  /** Returns {@code struct kvm_run}. */
  MemorySegment struct() {
    return run.bytes();
  }

  /** Runs the guest, until it leaves or a kick gets it out. */
  Returned enter() {
    return gate.pass(
        () -> kick.around(() -> file.callInterruptibly(fd -> syscalls.ioctl(fd, Ioctl.RUN, 0))));
  }

  /** Puts the vCPU in front of the code's first instruction, with the kernel's privilege. */
  void reset(StubBlock block) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment special = SpecialRegisters.allocate(arena);
      file.call(fd -> syscalls.ioctl(fd, Ioctl.GET_SREGS, special))
          .orThrow("cannot read the vCPU's special registers");
      SpecialRegisters.setFlatSegments(special, 0);
      SpecialRegisters.CR0.set(special, CR0);
      SpecialRegisters.CR3.set(special, block.pageTables());
      SpecialRegisters.CR4.set(special, CR4);
      SpecialRegisters.EFER.set(special, EFER);
      write(special);
      MemorySegment general = Registers.allocate(arena);
      Registers.RIP.set(general, StubBlock.CODE);
      Registers.RFLAGS.set(general, RFLAGS);
      file.call(fd -> syscalls.ioctl(fd, Ioctl.SET_REGS, general))
          .orThrow("cannot write the vCPU's registers");
    }
  }

  /** Gives the code that runs the privilege of a process, 3, or of the kernel, 0. */
  void setPrivilege(int level) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment special = SpecialRegisters.allocate(arena);
      file.call(fd -> syscalls.ioctl(fd, Ioctl.GET_SREGS, special))
          .orThrow("cannot read the vCPU's special registers");
      SpecialRegisters.setFlatSegments(special, level);
      write(special);
    }
  }

  private void write(MemorySegment special) {
    file.call(fd -> syscalls.ioctl(fd, Ioctl.SET_SREGS, special))
        .orThrow("cannot write the vCPU's special registers");
  }

  /**
   * Maps pages ahead of their first touch; the struct is the kernel's in and out.
   *
   * <p>The kernel stops halfway at an error, or because something woke the thread, and says which
   * to nobody: the rest is asked for until nothing is left or an error answers.
   *
   * @return the first answer: it fails where no page was mapped
   */
  Returned prefault(MemorySegment struct) {
    Returned first = prefaultOnce(struct);
    Returned last = first;
    while (!last.failed() && PreFaultMemory.SIZE.get(struct) != 0) {
      last = prefaultOnce(struct);
    }
    return first;
  }

  private Returned prefaultOnce(MemorySegment struct) {
    return file.call(fd -> syscalls.ioctl(fd, Ioctl.PRE_FAULT_MEMORY, struct));
  }

  @Override
  public void close() {
    run.close();
    file.close();
  }
}
