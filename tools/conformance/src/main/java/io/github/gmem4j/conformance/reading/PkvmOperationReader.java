package io.github.gmem4j.conformance.reading;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.conformance.pkvm.operation.GuestOperation;
import io.github.gmem4j.conformance.pkvm.operation.HostOperation;
import io.github.gmem4j.conformance.pkvm.operation.MappingOperation;
import io.github.gmem4j.conformance.pkvm.operation.PinOperation;
import io.github.gmem4j.conformance.pkvm.operation.PkvmOperation;
import io.github.gmem4j.conformance.pkvm.operation.Protection;
import io.github.gmem4j.conformance.pkvm.operation.Reach;
import io.github.gmem4j.conformance.pkvm.operation.SlotOperation;
import io.github.gmem4j.conformance.pkvm.operation.StartHost;
import io.github.gmem4j.conformance.pkvm.operation.VmOperation;
import io.github.gmem4j.conformance.recording.Field;
import io.github.gmem4j.policy.pkvm.el2.VmKind;
import io.github.gmem4j.policy.pkvm.hvc.Hvc;
import java.util.OptionalLong;

/** Turns the input fields of a line into its operation, for generation P. */
final class PkvmOperationReader {
  private static final int LAST_VM = 1;
  private static final int MOST_VCPUS = 512;
  private static final int FEWEST_IPA_BITS = 32;
  private static final int MOST_IPA_BITS = 52;
  private static final long NO_LIMIT = -1;

  private final StartHost start;

  private PkvmOperationReader(StartHost start) {
    this.start = start;
  }

  /** Returns the reader for the sequence that begins like this. */
  static PkvmOperationReader after(StartHost start) {
    return new PkvmOperationReader(start);
  }

  /** Turns the fields of a {@code vm} line into the beginning of a sequence. */
  static StartHost start(Fields in) {
    long memlock = in.number(Field.MEMLOCK_PAGES);
    if (memlock < NO_LIMIT) {
      throw new MalformedLineException("field memlock_pages is " + memlock + ", below -1");
    }
    return new StartHost(
        kind(in),
        Inputs.backing(in),
        in.integer(Field.PAGES, 1, Inputs.MOST_PAGES),
        in.integer(Field.VCPUS, 1, MOST_VCPUS),
        in.integer(Field.IPA_BITS, FEWEST_IPA_BITS, MOST_IPA_BITS),
        memlock == NO_LIMIT ? OptionalLong.empty() : OptionalLong.of(memlock),
        in.text(Field.PROFILE),
        in.number(Field.SEED));
  }

  PkvmOperation read(String name, Fields in) {
    return switch (name) {
      case "guest_read" -> new GuestOperation.Load(vcpu(in), new Gpa(in.number(Field.GPA)));
      case "guest_write" ->
          new GuestOperation.Store(vcpu(in), new Gpa(in.number(Field.GPA)), Inputs.value(in));
      case "guest_hvc" -> new GuestOperation.Call(vcpu(in), hvc(in));
      case "host_read" -> load(Reach.VMM, in);
      case "host_write" -> store(Reach.VMM, in);
      case "child_read" -> load(Reach.CHILD, in);
      case "child_write" -> store(Reach.CHILD, in);
      case "uaccess_read" -> load(Reach.USER_COPY, in);
      case "uaccess_write" -> store(Reach.USER_COPY, in);
      case "kcopy_read" -> load(Reach.KERNEL_COPY, in);
      case "kcopy_write" -> store(Reach.KERNEL_COPY, in);
      case "file_read" -> load(Reach.FILE, in);
      case "file_write" -> store(Reach.FILE, in);
      case "fork" -> new HostOperation.Fork();
      case "child_exit" -> new HostOperation.ChildExit();
      case "host_munmap" -> new MappingOperation.Unmap(pages(in));
      case "host_mmap" -> new MappingOperation.Remap(pages(in));
      case "mprotect" -> new MappingOperation.Protect(pages(in), protection(in));
      case "madvise" -> drop(in);
      case "punch" -> new MappingOperation.Punch(pages(in));
      case "pin" -> new PinOperation.Take(in.number(Field.ID), Inputs.pinKind(in), pages(in));
      case "unpin" -> new PinOperation.Release(in.number(Field.ID), Inputs.pinKind(in));
      case "set_slot" -> setSlot(in);
      case "create_gmem" ->
          new SlotOperation.CreateGuestMemory(
              new ByteCount(in.number(Field.SIZE)), in.number(Field.FLAGS));
      case "gmem_slot" ->
          new SlotOperation.SetGuestMemory(
              Inputs.slot(in),
              new Gpa(in.number(Field.GPA)),
              new PageCount(in.integer(Field.PAGES, 0, Inputs.MOST_PAGES)),
              in.number(Field.FLAGS));
      case "vm_create" -> new VmOperation.Create(vm(in), kind(in));
      case "use_vm" -> new VmOperation.Use(vm(in));
      case "vm_destroy" -> new VmOperation.Destroy();
      default -> throw new MalformedLineException("unknown op " + name);
    };
  }

  private static PkvmOperation setSlot(Fields in) {
    return new SlotOperation.Set(
        Inputs.slot(in),
        in.number(Field.FLAGS),
        new Gpa(in.number(Field.GPA)),
        new ByteCount(in.number(Field.SIZE)),
        new ByteOffset(in.number(Field.OFFSET)));
  }

  private static PkvmOperation drop(Fields in) {
    String advice = in.text(Field.ADVICE);
    if (!advice.equals("DONTNEED")) {
      throw new MalformedLineException("unknown advice " + advice);
    }
    return new MappingOperation.Drop(pages(in));
  }

  private static PkvmOperation load(Reach by, Fields in) {
    return new HostOperation.Load(by, Inputs.addr(in));
  }

  private static PkvmOperation store(Reach by, Fields in) {
    return new HostOperation.Store(by, Inputs.addr(in), Inputs.value(in));
  }

  private static PageRange pages(Fields in) {
    Inputs.holeMark(in);
    return Inputs.pages(in);
  }

  private static Hvc hvc(Fields in) {
    return new Hvc(
        in.number(Field.FN), in.number(Field.X1), in.number(Field.X2), in.number(Field.X3));
  }

  private int vcpu(Fields in) {
    return in.integer(Field.VCPU, 0, start.vcpus() - 1);
  }

  private static int vm(Fields in) {
    return in.integer(Field.VM, 0, LAST_VM);
  }

  private static VmKind kind(Fields in) {
    String text = in.text(Field.VM_TYPE);
    return switch (text) {
      case "PROTECTED" -> VmKind.PROTECTED;
      case "NORMAL" -> VmKind.NORMAL;
      default -> throw new MalformedLineException("unknown vm_type " + text);
    };
  }

  private static Protection protection(Fields in) {
    String text = in.text(Field.PROT);
    return switch (text) {
      case "NONE" -> Protection.NONE;
      case "R" -> Protection.R;
      case "RW" -> Protection.RW;
      default -> throw new MalformedLineException("unknown prot " + text);
    };
  }
}
