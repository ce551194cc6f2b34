package io.github.gmem4j.conformance.playing;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.guest.PlainHypercall;
import io.github.gmem4j.api.guest.PlainResult;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Prefault;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.conformance.operation.GuestOperation;
import io.github.gmem4j.conformance.recorder.Answered;
import io.github.gmem4j.conformance.recorder.GuestCalls;
import io.github.gmem4j.conformance.recording.Field;
import io.github.gmem4j.conformance.recording.Result;
import io.github.gmem4j.conformance.recording.ResultBuilder;
import java.util.List;

/** Plays what the vCPU does. */
final class GuestPlayer {
  private final Vcpu vcpu;
  private final GuestCalls calls;

  GuestPlayer(World world, GuestCalls calls) {
    this.vcpu = world.vcpu();
    this.calls = calls;
  }

  Result play(GuestOperation operation) {
    return switch (operation) {
      case GuestOperation.Load load -> access(new GuestAction.Read(load.at(), Shareability.SHARED));
      case GuestOperation.Store store ->
          access(new GuestAction.Write(store.at(), Shareability.SHARED, (byte) store.value()));
      case GuestOperation.Prefault prefault -> prefault(prefault);
      case GuestOperation.Hypercall hypercall -> hypercall(hypercall);
    };
  }

  private Result access(GuestAction action) {
    vcpu.load(GuestProgram.of(action));
    return switch (vcpu.run()) {
      case Exit.Halt halt -> halted(action);
      case Exit.MemoryFault fault ->
          new ResultBuilder()
              .with(Field.EXIT, "MEMORY_FAULT")
              .with(Field.ERRNO, fault.errno().name())
              .with(Field.GPA, fault.gpa().value())
              .with(Field.SIZE, fault.size().value())
              .with(Field.FLAGS, fault.flags())
              .build();
      case Exit.Mmio mmio -> mmio(mmio);
      case Exit.Failed failed ->
          new ResultBuilder()
              .with(Field.EXIT, "UNKNOWN")
              .with(Field.ERRNO, failed.errno().name())
              .build();
      case Exit.MapGpaRange other -> Result.unrecordable(other.toString());
      case Exit.Unshare other -> Result.unrecordable(other.toString());
      case Exit.SystemEvent other -> Result.unrecordable(other.toString());
      case Exit.Interrupted other -> Result.unrecordable(other.toString());
    };
  }

  private Result halted(GuestAction action) {
    byte value =
        switch (vcpu.results().getLast()) {
          case ActionResult.Loaded loaded -> loaded.value();
          case ActionResult.Stored stored when action instanceof GuestAction.Write write ->
              write.value();
          case ActionResult other -> throw new IllegalStateException("an access yielded " + other);
        };
    return new ResultBuilder().with(Field.EXIT, "HLT").with(Field.VALUE, value & 0xff).build();
  }

  private Result mmio(Exit.Mmio mmio) {
    boolean isStore = mmio.data().isPresent();
    ResultBuilder result =
        new ResultBuilder()
            .with(Field.EXIT, "MMIO")
            .with(Field.PHYS_ADDR, mmio.gpa().value())
            .with(Field.LEN, mmio.length())
            .with(Field.IS_WRITE, isStore ? 1 : 0);
    mmio.data().ifPresent(data -> result.with(Field.DATA, data & 0xff));
    vcpu.run(isStore ? Reply.RESUME : new Reply.Data((byte) 0));
    return result.build();
  }

  private Result prefault(GuestOperation.Prefault operation) {
    Prefault prefault = vcpu.prefault(operation.range(), operation.flags());
    ResultBuilder result = new ResultBuilder();
    prefault.errno().ifPresentOrElse(result::failure, () -> result.with(Field.RET, 0));
    return result
        .with(Field.GPA_LEFT, prefault.next().value())
        .with(Field.SIZE_LEFT, prefault.left().value())
        .build();
  }

  private Result hypercall(GuestOperation.Hypercall call) {
    vcpu.load(
        GuestProgram.of(
            new GuestAction.Call(
                new PlainHypercall(
                    call.number(),
                    call.gpa(),
                    call.pages(),
                    call.attributes(),
                    call.privilegeLevel()))));
    return switch (vcpu.run()) {
      case Exit.Halt halt ->
          new ResultBuilder().with(Field.EXIT, "NONE").with(Field.GUEST_RAX, rax()).build();
      case Exit.MapGpaRange exit -> answered(call, exit);
      case Exit other -> Result.unrecordable(other.toString());
    };
  }

  private Result answered(GuestOperation.Hypercall call, Exit.MapGpaRange exit) {
    Answered answered = calls.answer(exit, call.answer());
    Exit after = vcpu.run(new Reply.Answer(answered.ret()));
    if (!(after instanceof Exit.Halt)) {
      return Result.unrecordable(after.toString());
    }
    ResultBuilder result =
        new ResultBuilder()
            .with(Field.EXIT, "HYPERCALL")
            .with(Field.NR, Exit.MapGpaRange.NUMBER)
            .with(Field.ARGS, List.of(exit.gpa().value(), exit.pages().value(), exit.attributes()))
            .with(Field.FLAGS, exit.flags())
            // Linux, arch/x86/kvm: ret is preset to 0; the exit has no field for a constant.
            .with(Field.RET_ON_EXIT, 0);
    answered.conversions().ifPresent(tried -> result.with(Field.CONVERSIONS, tried));
    return result.with(Field.SET_RET, answered.ret()).with(Field.GUEST_RAX, rax()).build();
  }

  private long rax() {
    return switch (vcpu.results().getLast()) {
      case ActionResult.Returned(PlainResult(long value)) -> value;
      case ActionResult other -> throw new IllegalStateException("a call yielded " + other);
    };
  }
}
