package io.github.gmem4j.conformance.playing;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.conformance.operation.ConversionOperation;
import io.github.gmem4j.conformance.recorder.Outcomes;
import io.github.gmem4j.conformance.recording.Result;

/** Plays conversions that the VMM makes by itself. */
final class ConversionPlayer {
  private final World world;

  ConversionPlayer(World world) {
    this.world = world;
  }

  Result play(ConversionOperation operation) {
    return switch (operation) {
      case ConversionOperation.OfMemory of ->
          world
              .descriptors()
              .memory(of.g())
              .map(memory -> Outcomes.result(memory.convert(of.request())))
              .orElseGet(() -> Result.failed(Errno.EBADF));
      case ConversionOperation.OfVm of ->
          Outcomes.result(world.vm().setMemoryAttributes(of.range(), of.attributes(), of.flags()));
    };
  }
}
