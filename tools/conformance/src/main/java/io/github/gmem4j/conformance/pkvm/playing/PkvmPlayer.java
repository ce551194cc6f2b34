package io.github.gmem4j.conformance.pkvm.playing;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.conformance.pkvm.host.El2;
import io.github.gmem4j.conformance.pkvm.host.ModelledEl2;
import io.github.gmem4j.conformance.pkvm.operation.GuestOperation;
import io.github.gmem4j.conformance.pkvm.operation.HostOperation;
import io.github.gmem4j.conformance.pkvm.operation.MappingOperation;
import io.github.gmem4j.conformance.pkvm.operation.PinOperation;
import io.github.gmem4j.conformance.pkvm.operation.PkvmOperation;
import io.github.gmem4j.conformance.pkvm.operation.SlotOperation;
import io.github.gmem4j.conformance.pkvm.operation.StartHost;
import io.github.gmem4j.conformance.pkvm.operation.VmOperation;
import io.github.gmem4j.conformance.recording.Result;
import io.github.gmem4j.policy.pkvm.el2.Hypervisor;
import io.github.gmem4j.policy.pkvm.el2.HypervisorConfig;
import io.github.gmem4j.policy.pkvm.hvc.HvcProfile;
import java.util.Optional;

/** Plays operations of generation P in a world of their own. */
public final class PkvmPlayer {
  private final PkvmWorld world;
  private final PkvmGuestPlayer guest;
  private final PkvmHostPlayer host;
  private final PkvmPinPlayer pins;
  private final PkvmSlotPlayer slots;

  private PkvmPlayer(PkvmWorld world) {
    this.world = world;
    guest = new PkvmGuestPlayer(world);
    host = new PkvmHostPlayer(world);
    pins = new PkvmPinPlayer(world);
    slots = new PkvmSlotPlayer(world);
  }

  /** Returns the player of a sequence that begins like this, on the policy's hypervisor. */
  public static PkvmPlayer inANewWorld(StartHost start) {
    HypervisorConfig config = HypervisorConfig.of(HvcProfile.MAINLINE).withIpaBits(start.ipaBits());
    return above(new ModelledEl2(new Hypervisor(config)), start);
  }

  /** Returns the player of a sequence that begins like this, above another hypervisor. */
  public static PkvmPlayer above(El2 hypervisor, StartHost start) {
    return new PkvmPlayer(new PkvmWorld(start, hypervisor));
  }

  /** Does an operation and returns what came of it, in the form of the recording. */
  public Result play(PkvmOperation operation) {
    return switch (operation) {
      case StartHost start -> Result.success();
      case VmOperation vm -> play(vm);
      case SlotOperation slot -> slots.play(slot);
      case GuestOperation action -> guest.play(action);
      case HostOperation access -> host.play(access);
      case MappingOperation mapping -> play(mapping);
      case PinOperation pin -> pins.play(pin);
    };
  }

  private Result play(VmOperation operation) {
    switch (operation) {
      case VmOperation.Create create -> world.create(create.vm(), create.kind());
      case VmOperation.Use use -> world.use(use.vm());
      case VmOperation.Destroy destroy -> world.destroy();
    }
    return Result.success();
  }

  private Result play(MappingOperation operation) {
    Optional<Errno> failure =
        switch (operation) {
          case MappingOperation.Unmap unmap -> {
            world.process().unmap(unmap.pages());
            yield Optional.empty();
          }
          case MappingOperation.Remap remap -> {
            world.process().remap(remap.pages());
            yield Optional.empty();
          }
          case MappingOperation.Protect protect ->
              world.process().protect(protect.pages(), protect.protection());
          case MappingOperation.Drop drop -> world.process().drop(drop.pages());
          case MappingOperation.Punch punch -> world.process().punch(punch.pages());
        };
    return failure.map(Result::failed).orElseGet(Result::success);
  }
}
