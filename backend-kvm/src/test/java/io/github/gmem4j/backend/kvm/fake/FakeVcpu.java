package io.github.gmem4j.backend.kvm.fake;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A vCPU of the fake kernel. It interprets the bytes in guest memory, through the guest's page
 * tables: just the instructions that the guest's code consists of.
 */
final class FakeVcpu implements FakeFile {
  private static final int EINTR = 4;
  private static final long PAGE_MASK = 0x000F_FFFF_FFFF_F000L;

  private enum Open {
    NOTHING,
    IO,
    HYPERCALL,
    MMIO_LOAD,
    MMIO_STORE
  }

  private static final class GuestFault extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int errno;

    GuestFault(int errno) {
      super(null, null, false, false);
      this.errno = errno;
    }
  }

  final FakeVm vm;
  MemorySegment run = MemorySegment.NULL;
  private Open open = Open.NOTHING;
  private final long[] regs = new long[18];
  private final byte[] sregs = new byte[312];
  private boolean zero;
  private boolean vmmcall;

  private static final int RAX = 0;
  private static final int RBX = 1;
  private static final int RCX = 2;
  private static final int RDX = 3;
  private static final int RSI = 4;
  private static final int RDI = 5;
  private static final int RBP = 7;
  private static final int RIP = 16;

  FakeVcpu(FakeVm vm) {
    this.vm = vm;
  }

  void setRegs(MemorySegment struct) {
    MemorySegment.copy(struct, ValueLayout.JAVA_LONG, 0, regs, 0, regs.length);
  }

  void setSregs(MemorySegment struct) {
    MemorySegment.copy(struct, ValueLayout.JAVA_BYTE, 0, sregs, 0, sregs.length);
  }

  void getSregs(MemorySegment struct) {
    MemorySegment.copy(sregs, 0, struct, ValueLayout.JAVA_BYTE, 0, sregs.length);
  }

  /** Expects {@code vmmcall} instead of {@code vmcall}. */
  void expectVmmcall() {
    vmmcall = true;
  }

  private boolean isPrivileged() {
    return (sregs[12] & 3) == 0;
  }

  /** KVM_RUN: returns 0 or an errno. */
  int run() {
    complete();
    if (run.get(ValueLayout.JAVA_BYTE, 1) != 0) {
      return EINTR;
    }
    try {
      for (int steps = 0; steps < 10_000; steps++) {
        if (step()) {
          return 0;
        }
      }
      throw new AssertionError("the guest runs in circles at 0x" + Long.toHexString(regs[RIP]));
    } catch (GuestFault e) {
      return e.errno;
    }
  }

  private void complete() {
    switch (open) {
      case NOTHING -> {}
      case IO -> regs[RIP] += 2;
      case HYPERCALL -> {
        regs[RAX] = run.get(ValueLayout.JAVA_LONG, 88);
        regs[RIP] += 3;
      }
      case MMIO_LOAD -> {
        regs[RAX] = run.get(ValueLayout.JAVA_BYTE, 40) & 0xFF;
        regs[RIP] += 4;
      }
      case MMIO_STORE -> regs[RIP] += 3;
    }
    open = Open.NOTHING;
  }

  private boolean leave(int reason, Open what) {
    run.set(ValueLayout.JAVA_INT, 8, reason);
    open = what;
    return true;
  }

  private long translate(long virtual) {
    MemorySegment special = MemorySegment.ofArray(sregs);
    long table = special.get(ValueLayout.JAVA_LONG_UNALIGNED, 240);
    for (int shift = 39; shift >= 12; shift -= 9) {
      long entry = physical(table + (virtual >>> shift & 511) * 8).get(LONG, 0);
      if ((entry & 1) == 0 || !isPrivileged() && (entry & 4) == 0) {
        throw new AssertionError("the guest's page tables miss 0x" + Long.toHexString(virtual));
      }
      table = entry & PAGE_MASK;
    }
    return table | virtual & 4095;
  }

  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  /** Memory that must be there: code, tables, mailbox. */
  private MemorySegment physical(long gpa) {
    if (vm.touch(gpa) instanceof FakeVm.Touch.Bytes bytes) {
      return bytes.at();
    }
    throw new AssertionError("no memory at 0x" + Long.toHexString(gpa));
  }

  private long load64(long virtual) {
    return physical(translate(virtual)).get(LONG, 0);
  }

  /** Executes one instruction; true if it leaves the guest. */
  private boolean step() {
    MemorySegment code = physical(translate(regs[RIP]));
    int first = code.get(ValueLayout.JAVA_BYTE, 0) & 0xFF;
    switch (first) {
      case 0xBF -> next(5, RDI, code.get(ValueLayout.JAVA_INT_UNALIGNED, 1));
      case 0x8B -> next(2, RAX, load64(regs[RDI]) & 0xFFFF_FFFFL);
      case 0x83 -> {
        zero = (int) regs[RAX] == code.get(ValueLayout.JAVA_BYTE, 2);
        regs[RIP] += 3;
      }
      case 0x74 -> regs[RIP] += 2 + (zero ? code.get(ValueLayout.JAVA_BYTE, 1) : 0);
      case 0xEB -> regs[RIP] += 2 + code.get(ValueLayout.JAVA_BYTE, 1);
      case 0xF4 -> {
        regs[RIP] += 1;
        return leave(isPrivileged() ? 5 : 8, Open.NOTHING);
      }
      case 0x31 -> next(2, RAX, 0);
      case 0xB9 -> next(5, RCX, code.get(ValueLayout.JAVA_INT_UNALIGNED, 1));
      case 0xF3 -> {
        return storeMany();
      }
      case 0x8A -> next(3, RAX, load64(regs[RDI] + 16) & 0xFF);
      case 0xE6 -> {
        run.set(ValueLayout.JAVA_BYTE, 32, (byte) 1);
        run.set(ValueLayout.JAVA_BYTE, 33, (byte) 1);
        run.set(ValueLayout.JAVA_SHORT, 34, (short) (code.get(ValueLayout.JAVA_BYTE, 1) & 0xFF));
        return leave(2, Open.IO);
      }
      case 0x88 -> {
        return access(true);
      }
      case 0x48 -> wide(code);
      case 0x0F -> {
        return twoBytes(code);
      }
      default -> throw new AssertionError("unknown instruction 0x" + Integer.toHexString(first));
    }
    return false;
  }

  private void next(int length, int register, long value) {
    regs[register] = value;
    regs[RIP] += length;
  }

  /** 64-bit moves between a register and the mailbox. */
  private void wide(MemorySegment code) {
    int modrm = code.get(ValueLayout.JAVA_BYTE, 2) & 0xFF;
    if (modrm == 0xEF) {
      next(3, RDI, regs[RBP]);
      return;
    }
    long at = regs[RDI] + code.get(ValueLayout.JAVA_BYTE, 3);
    if ((modrm & 0xC7) != 0x47) {
      throw new AssertionError("unknown operand 0x" + Integer.toHexString(modrm));
    }
    // The encoding's order differs from the struct's.
    int register = new int[] {RAX, RCX, RDX, RBX, 6, RBP, RSI, RDI}[modrm >> 3 & 7];
    if (code.get(ValueLayout.JAVA_BYTE, 1) == (byte) 0x8B) {
      next(4, register, load64(at));
    } else {
      physical(translate(at)).set(LONG, 0, regs[register]);
      regs[RIP] += 4;
    }
  }

  private boolean twoBytes(MemorySegment code) {
    int second = code.get(ValueLayout.JAVA_BYTE, 1) & 0xFF;
    int third = code.get(ValueLayout.JAVA_BYTE, 2) & 0xFF;
    if (second == 0xB6) {
      return access(false);
    }
    if (third == 0x7D) {
      regs[RIP] += 4;
      return !isPrivileged() && leave(8, Open.NOTHING);
    }
    if (third != (vmmcall ? 0xD9 : 0xC1)) {
      throw new AssertionError("not this processor's hypercall: 0x" + Integer.toHexString(third));
    }
    return hypercall();
  }

  private boolean hypercall() {
    long gpa = regs[RBX];
    long pages = regs[RCX];
    long refused =
        !isPrivileged()
            ? -1
            : regs[RAX] != 12 || (vm.exitHypercalls & 1 << 12) == 0
                ? -1000
                : gpa % 4096 != 0 || pages == 0 || pages < 0 ? -22 : 0;
    if (refused != 0) {
      next(3, RAX, refused);
      return false;
    }
    run.set(ValueLayout.JAVA_LONG, 32, 12);
    run.set(ValueLayout.JAVA_LONG, 40, gpa);
    run.set(ValueLayout.JAVA_LONG, 48, pages);
    run.set(ValueLayout.JAVA_LONG, 56, regs[RDX]);
    run.set(ValueLayout.JAVA_LONG, 88, 0);
    run.set(ValueLayout.JAVA_LONG, 96, 1);
    return leave(3, Open.HYPERCALL);
  }

  /** {@code rep stosq}: as many stores as RCX says, from RDI on; a fault leaves the rest. */
  private boolean storeMany() {
    while (regs[RCX] != 0) {
      long gpa = translate(regs[RDI]);
      switch (vm.access(gpa)) {
        case FakeVm.Touch.Bytes bytes -> bytes.at().set(LONG, 0, regs[RAX]);
        case FakeVm.Touch.Mmio mmio -> throw new AssertionError("no stores of 8 bytes to MMIO");
        case FakeVm.Touch.Fault fault -> throw memoryFault(gpa, fault);
      }
      regs[RDI] += 8;
      regs[RCX]--;
    }
    regs[RIP] += 3;
    return false;
  }

  private GuestFault memoryFault(long gpa, FakeVm.Touch.Fault fault) {
    run.set(ValueLayout.JAVA_LONG, 32, fault.asPrivate() ? 8 : 0);
    run.set(ValueLayout.JAVA_LONG, 40, gpa & -4096);
    run.set(ValueLayout.JAVA_LONG, 48, 4096);
    leave(39, Open.NOTHING);
    return new GuestFault(FakeGmem.EFAULT);
  }

  /** The one access to the window: a byte between AL and where RBP points. */
  private boolean access(boolean store) {
    long gpa = translate(regs[RBP]);
    return switch (vm.access(gpa)) {
      case FakeVm.Touch.Bytes bytes -> {
        if (store) {
          bytes.at().set(ValueLayout.JAVA_BYTE, 0, (byte) regs[RAX]);
        } else {
          regs[RAX] = bytes.at().get(ValueLayout.JAVA_BYTE, 0) & 0xFF;
        }
        regs[RIP] += store ? 3 : 4;
        yield false;
      }
      case FakeVm.Touch.Mmio mmio -> {
        run.set(ValueLayout.JAVA_LONG, 32, gpa);
        run.set(ValueLayout.JAVA_BYTE, 40, (byte) (store ? regs[RAX] : 0x55));
        run.set(ValueLayout.JAVA_INT, 48, 1);
        run.set(ValueLayout.JAVA_BYTE, 52, (byte) (store ? 1 : 0));
        yield leave(6, store ? Open.MMIO_STORE : Open.MMIO_LOAD);
      }
      case FakeVm.Touch.Fault fault -> throw memoryFault(gpa, fault);
    };
  }
}
