package io.github.gmem4j.conformance.pkvm.playing;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.conformance.pkvm.host.Touch;
import io.github.gmem4j.conformance.pkvm.kvm.GuestAccess;
import io.github.gmem4j.conformance.pkvm.kvm.HvcReturn;
import io.github.gmem4j.conformance.pkvm.operation.GuestOperation;
import io.github.gmem4j.conformance.recording.Field;
import io.github.gmem4j.conformance.recording.Result;
import io.github.gmem4j.conformance.recording.ResultBuilder;
import io.github.gmem4j.policy.pkvm.hvc.HvcResult;

/** Plays what a vCPU of the VM in use does. */
final class PkvmGuestPlayer {
  private final PkvmWorld world;

  PkvmGuestPlayer(PkvmWorld world) {
    this.world = world;
  }

  Result play(GuestOperation operation) {
    return switch (operation) {
      case GuestOperation.Load load ->
          switch (world.vm().touch(load.vcpu(), load.at(), Touch.LOAD)) {
            case GuestAccess.Reached reached -> done(reached.page().load(load.at().inPage()));
            case GuestAccess.NoMemory nothing -> mmio(load.at(), false).build();
            case GuestAccess.Failed failed -> error(failed.errno());
          };
      case GuestOperation.Store store ->
          switch (world.vm().touch(store.vcpu(), store.at(), Touch.STORE)) {
            case GuestAccess.Reached reached -> {
              reached.page().store(store.at().inPage(), store.value());
              yield done(store.value());
            }
            case GuestAccess.NoMemory nothing ->
                mmio(store.at(), true).with(Field.DATA, store.value()).build();
            case GuestAccess.Failed failed -> error(failed.errno());
          };
      case GuestOperation.Call call ->
          switch (world.vm().call(call.vcpu(), call.hvc())) {
            case HvcReturn.Answered answered -> registers(answered.registers());
            case HvcReturn.Excepted excepted ->
                new ResultBuilder()
                    .with(Field.EXIT, "EXCEPTION")
                    .with(Field.ESR, excepted.syndrome())
                    .build();
            case HvcReturn.Failed failed -> error(failed.errno());
          };
    };
  }

  private static Result done(int value) {
    return new ResultBuilder().with(Field.EXIT, "OK").with(Field.VALUE, value).build();
  }

  private static ResultBuilder mmio(Gpa at, boolean isStore) {
    return new ResultBuilder()
        .with(Field.EXIT, "MMIO")
        .with(Field.PHYS_ADDR, at.value())
        .with(Field.LEN, 1)
        .with(Field.IS_WRITE, isStore ? 1 : 0);
  }

  private static Result error(Errno errno) {
    // Measured: these failures leave exit_reason at 0.
    return new ResultBuilder()
        .with(Field.EXIT, "ERROR")
        .with(Field.ERRNO, errno.name())
        .with(Field.REASON, 0)
        .build();
  }

  private static Result registers(HvcResult result) {
    return new ResultBuilder()
        .with(Field.EXIT, "OK")
        .with(Field.X0, result.x0())
        .with(Field.X1, result.x1())
        .with(Field.X2, result.x2())
        .with(Field.X3, result.x3())
        .build();
  }
}
