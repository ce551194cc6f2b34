package io.github.gmem4j.conformance.reading;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.conformance.operation.Accessor;
import io.github.gmem4j.conformance.operation.Backing;
import io.github.gmem4j.conformance.operation.ConversionOperation;
import io.github.gmem4j.conformance.operation.Generation;
import io.github.gmem4j.conformance.operation.GuestOperation;
import io.github.gmem4j.conformance.operation.HostOperation;
import io.github.gmem4j.conformance.operation.MappingOperation;
import io.github.gmem4j.conformance.operation.MemoryOperation;
import io.github.gmem4j.conformance.operation.Operation;
import io.github.gmem4j.conformance.operation.PinOperation;
import io.github.gmem4j.conformance.operation.SlotOperation;
import io.github.gmem4j.conformance.operation.VmmAnswer;
import io.github.gmem4j.conformance.recording.Field;
import java.util.Optional;

/** Turns the input fields of a line into its operation, for one generation. */
final class OperationReader {
  private final Generation generation;

  OperationReader(Generation generation) {
    this.generation = generation;
  }

  Operation read(String name, Fields in) {
    return switch (name) {
      case "create" -> create(in);
      case "fallocate" ->
          new MemoryOperation.Fallocate(
              Inputs.fileOrBad(in), Inputs.mode(in), Inputs.offsetAndSize(in));
      case "ftruncate" ->
          new MemoryOperation.Truncate(Inputs.fileOrBad(in), new ByteCount(in.number(Field.SIZE)));
      case "query_populated" -> query(in);
      case "close" -> new MemoryOperation.Close(Inputs.memory(in));
      case "bind" -> bind(in);
      case "unbind" -> new SlotOperation.Unbind(Inputs.slot(in));
      case "convert", "vm_convert", "gmem_convert" -> convert(name, in);
      case "host_read" -> load(Accessor.PARENT, in);
      case "host_write" -> store(Accessor.PARENT, in);
      case "uaccess_read" -> load(Accessor.KERNEL, in);
      case "uaccess_write" -> store(Accessor.KERNEL, in);
      case "child_read" -> load(Accessor.CHILD, in);
      case "child_write" -> store(Accessor.CHILD, in);
      case "gmem_host_read" -> load(Accessor.PARENT_IN_GUEST_MEMORY, in);
      case "gmem_host_write" -> store(Accessor.PARENT_IN_GUEST_MEMORY, in);
      case "fork" -> new HostOperation.Fork();
      case "child_exit" -> new HostOperation.ChildExit();
      case "host_munmap" -> new MappingOperation.Unmap(Inputs.memory(in), Inputs.pages(in));
      case "host_mmap" -> new MappingOperation.Remap(Inputs.memory(in), Inputs.pages(in));
      case "madvise" ->
          new MappingOperation.Advise(Inputs.memory(in), Inputs.pages(in), Inputs.advice(in));
      case "mlock" -> new MappingOperation.Lock(Inputs.memory(in), Inputs.pages(in));
      case "munlock" -> new MappingOperation.Unlock(Inputs.memory(in), Inputs.pages(in));
      case "guest_read" -> new GuestOperation.Load(new Gpa(in.number(Field.GPA)));
      case "guest_write" ->
          new GuestOperation.Store(new Gpa(in.number(Field.GPA)), Inputs.value(in));
      case "prefault" -> new GuestOperation.Prefault(Inputs.gpaAndSize(in), in.number(Field.FLAGS));
      case "guest_hypercall" -> hypercall(in);
      case "pin" -> pin(in);
      case "unpin" -> new PinOperation.Release(in.number(Field.ID), Inputs.pinKind(in));
      default -> throw new MalformedLineException("unknown op " + name);
    };
  }

  private Operation create(Fields in) {
    Optional<Backing> backing =
        switch (generation) {
          case B -> Optional.empty();
          case C -> Optional.of(Inputs.backing(in));
        };
    return new MemoryOperation.Create(
        Inputs.memory(in), new ByteCount(in.number(Field.SIZE)), in.number(Field.FLAGS), backing);
  }

  private static Operation query(Fields in) {
    Inputs.holeMark(in);
    return new MemoryOperation.QueryPopulated(Inputs.memory(in), Inputs.pages(in));
  }

  private static Operation bind(Fields in) {
    return new SlotOperation.Bind(
        Inputs.slot(in),
        in.number(Field.FLAGS),
        new Gpa(in.number(Field.GPA)),
        new ByteCount(in.number(Field.SIZE)),
        Inputs.descriptor(in),
        new ByteOffset(in.number(Field.OFFSET)),
        in.number(Field.HVA_DELTA, 0));
  }

  // Each generation has its own call under the name convert and the other's, which cannot work,
  // under a name of its own.
  private Operation convert(String name, Fields in) {
    return switch (generation) {
      case B ->
          switch (name) {
            case "convert" ->
                new ConversionOperation.OfMemory(
                    Inputs.descriptor(in),
                    Inputs.conversion(in, in.number(Field.FLAGS), in.number(Field.RESERVED)));
            case "vm_convert" -> vmConversion(in, 0);
            default -> throw new MalformedLineException("op " + name + " is not of generation B");
          };
      case C ->
          switch (name) {
            case "convert" -> vmConversion(in, in.number(Field.FLAGS));
            case "gmem_convert" ->
                new ConversionOperation.OfMemory(
                    Inputs.descriptor(in), Inputs.conversion(in, 0, 0));
            default -> throw new MalformedLineException("op " + name + " is not of generation C");
          };
    };
  }

  private static Operation vmConversion(Fields in, long flags) {
    return new ConversionOperation.OfVm(
        Inputs.addressAndSize(in), in.number(Field.ATTRIBUTES), flags);
  }

  private static Operation load(Accessor by, Fields in) {
    return new HostOperation.Load(by, Inputs.memory(in), Inputs.addr(in));
  }

  private static Operation store(Accessor by, Fields in) {
    return new HostOperation.Store(by, Inputs.memory(in), Inputs.addr(in), Inputs.value(in));
  }

  private static Operation hypercall(Fields in) {
    String policy = in.text(Field.POLICY);
    VmmAnswer answer =
        switch (policy) {
          case "convert" -> new VmmAnswer.Convert();
          case "refuse" -> new VmmAnswer.Refuse(in.number(Field.REFUSE_RET));
          case "ignore" -> new VmmAnswer.Ignore();
          default -> throw new MalformedLineException("unknown policy " + policy);
        };
    return new GuestOperation.Hypercall(
        in.number(Field.NR),
        in.number(Field.GPA),
        in.number(Field.NPAGES),
        in.number(Field.ATTRS),
        in.integer(Field.CPL, 0, 3),
        answer);
  }

  private static Operation pin(Fields in) {
    Inputs.holeMark(in);
    return new PinOperation.Take(
        in.number(Field.ID), Inputs.pinKind(in), Inputs.memory(in), Inputs.pages(in));
  }
}
