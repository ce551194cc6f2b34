package io.github.gmem4j.backend.kvm.vcpu;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.SystemEventKind;
import io.github.gmem4j.backend.kvm.layout.ExitReason;
import io.github.gmem4j.backend.kvm.layout.RunStruct;
import io.github.gmem4j.backend.kvm.syscall.Returned;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Reads {@code struct kvm_run} after KVM_RUN. */
final class ExitDecoder {
  private ExitDecoder() {}

  static Decoded decode(Returned returned, MemorySegment run) {
    int reason = RunStruct.EXIT_REASON.get(run);
    if (!returned.failed()) {
      return exit(reason, run);
    }
    if (returned.failedWith(Errno.EINTR)) {
      return new Decoded.Interrupted();
    }
    // With any other errno the exit's fields are left from an earlier exit.
    boolean fault = returned.failedWith(Errno.EFAULT) || returned.failedWith(Errno.EHWPOISON);
    return fault && reason == ExitReason.MEMORY_FAULT
        ? toVmm(memoryFault(run, returned.errno()), Open.NOTHING)
        : failed(returned.errno(), returned.reason("KVM_RUN fails, exit reason " + reason));
  }

  private static Decoded exit(int reason, MemorySegment run) {
    return switch (reason) {
      case ExitReason.HYPERCALL -> hypercall(run);
      case ExitReason.HLT -> toVmm(new Exit.Halt(), Open.NOTHING);
      case ExitReason.MMIO -> mmio(run);
      case ExitReason.IO -> io(run);
      case ExitReason.SHUTDOWN -> new Decoded.ShutDown();
      case ExitReason.SYSTEM_EVENT -> systemEvent(run);
      case ExitReason.FAIL_ENTRY ->
          failed(
              Errno.EIO,
              "the hardware does not enter the guest: 0x"
                  + Long.toHexString(RunStruct.FAIL_REASON.get(run)));
      case ExitReason.INTERNAL_ERROR ->
          failed(Errno.EIO, "KVM's internal error " + RunStruct.INTERNAL_SUBERROR.get(run));
      default -> failed(Errno.EIO, "no meaning is known for exit reason " + reason);
    };
  }

  private static Decoded toVmm(Exit exit, Open open) {
    return new Decoded.ToVmm(exit, open);
  }

  private static Decoded failed(Errno errno, String reason) {
    return toVmm(new Exit.Failed(errno, reason), Open.NOTHING);
  }

  private static Exit memoryFault(MemorySegment run, Errno errno) {
    boolean asPrivate = (RunStruct.FAULT_FLAGS.get(run) & Exit.MemoryFault.FLAG_PRIVATE) != 0;
    return new Exit.MemoryFault(
        new Gpa(RunStruct.FAULT_GPA.get(run)),
        new ByteCount(RunStruct.FAULT_SIZE.get(run)),
        asPrivate ? Shareability.PRIVATE : Shareability.SHARED,
        errno,
        Optional.empty());
  }

  private static Decoded hypercall(MemorySegment run) {
    long number = RunStruct.HYPERCALL_NUMBER.get(run);
    if (number != Exit.MapGpaRange.NUMBER) {
      return failed(Errno.EIO, "an exit for hypercall " + number + " was never enabled");
    }
    return toVmm(
        new Exit.MapGpaRange(
            new Gpa(RunStruct.HYPERCALL_ARG0.get(run)),
            new PageCount(RunStruct.HYPERCALL_ARG1.get(run)),
            RunStruct.HYPERCALL_ARG2.get(run),
            RunStruct.HYPERCALL_FLAGS.get(run)),
        Open.HYPERCALL);
  }

  private static Decoded mmio(MemorySegment run) {
    boolean store = RunStruct.MMIO_IS_WRITE.get(run) != 0;
    return toVmm(
        new Exit.Mmio(
            new Gpa(RunStruct.MMIO_ADDRESS.get(run)),
            RunStruct.MMIO_LENGTH.get(run),
            store ? Optional.of(RunStruct.MMIO_DATA.get(run)) : Optional.empty()),
        store ? Open.MMIO_STORE : Open.MMIO_LOAD);
  }

  private static Decoded systemEvent(MemorySegment run) {
    int type = RunStruct.EVENT_TYPE.get(run);
    int count = RunStruct.EVENT_DATA_COUNT.get(run);
    Optional<SystemEventKind> kind = SystemEventKind.ofNumber(type);
    if (kind.isEmpty() || count < 0 || count > Exit.SystemEvent.MAX_DATA) {
      return failed(
          Errno.EIO,
          "no meaning is known for system event %d with %d words".formatted(type, count));
    }
    List<Long> data =
        IntStream.range(0, count).mapToObj(i -> RunStruct.eventData(i).get(run)).toList();
    return toVmm(new Exit.SystemEvent(kind.get(), data), Open.NOTHING);
  }

  private static Decoded io(MemorySegment run) {
    int port = Short.toUnsignedInt(RunStruct.IO_PORT.get(run));
    return port == GuestStub.PORT
        ? new Decoded.Reported()
        : failed(Errno.EIO, "the guest's code knows no I/O port " + port);
  }
}
