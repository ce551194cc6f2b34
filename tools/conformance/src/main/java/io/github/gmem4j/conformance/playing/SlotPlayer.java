package io.github.gmem4j.conformance.playing;

import io.github.gmem4j.api.vm.SlotRequest;
import io.github.gmem4j.conformance.operation.SlotOperation;
import io.github.gmem4j.conformance.recorder.UserspaceAddress;
import io.github.gmem4j.conformance.recording.Result;

/** Plays changes to the memory slots. */
final class SlotPlayer {
  private final World world;

  SlotPlayer(World world) {
    this.world = world;
  }

  Result play(SlotOperation operation) {
    SlotRequest request =
        switch (operation) {
          case SlotOperation.Bind bind -> request(bind);
          case SlotOperation.Unbind unbind -> SlotRequest.delete(unbind.slot());
        };
    world.codeSlot().ifPresent(code -> code.giveWay(request.slot()));
    return Result.of(world.vm().setMemory(request));
  }

  private SlotRequest request(SlotOperation.Bind bind) {
    return new SlotRequest(
        bind.slot(),
        bind.flags(),
        bind.gpa(),
        bind.size(),
        UserspaceAddress.of(bind, world.process(), world.descriptors()),
        world.descriptors().memory(bind.g()),
        bind.offset());
  }
}
