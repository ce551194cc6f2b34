package io.github.gmem4j.conformance.playing;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.conformance.operation.MappingOperation;
import io.github.gmem4j.conformance.process.Area;
import io.github.gmem4j.conformance.process.Touch;
import io.github.gmem4j.conformance.recording.Result;
import java.util.Optional;

/** Plays changes to the recorder's own host mappings. */
final class MappingPlayer {
  private final World world;

  MappingPlayer(World world) {
    this.world = world;
  }

  Result play(MappingOperation operation) {
    Optional<? extends Area> area = world.process().area(operation.g());
    Optional<Errno> failure =
        area.isPresent() ? play(operation, area.get()) : withoutArea(operation);
    return failure.map(Result::failed).orElseGet(Result::success);
  }

  private static Optional<Errno> play(MappingOperation operation, Area area) {
    return switch (operation) {
      case MappingOperation.Unmap unmap -> area.unmap(unmap.pages());
      case MappingOperation.Remap remap -> area.remap(remap.pages());
      case MappingOperation.Advise advise -> advise(advise, area);
      case MappingOperation.Lock lock -> area.lock(lock.pages());
      case MappingOperation.Unlock unlock -> area.unlock(unlock.pages());
    };
  }

  private static Optional<Errno> advise(MappingOperation.Advise advise, Area area) {
    return switch (advise.advice()) {
      case DONTNEED -> area.drop(advise.pages());
      case REMOVE -> area.punch(advise.pages());
      case POPULATE_READ -> area.populate(advise.pages(), Touch.READ);
      case POPULATE_WRITE -> area.populate(advise.pages(), Touch.WRITE);
    };
  }

  private Optional<Errno> withoutArea(MappingOperation operation) {
    return switch (operation) {
      case MappingOperation.Unmap unmap -> Optional.empty();
      case MappingOperation.Remap remap -> Optional.of(whyNotMapped(remap.g()));
      case MappingOperation.Advise advise -> Optional.of(Errno.ENOMEM);
      case MappingOperation.Lock lock -> Optional.of(Errno.ENOMEM);
      case MappingOperation.Unlock unlock -> Optional.of(Errno.ENOMEM);
    };
  }

  private Errno whyNotMapped(int g) {
    return world
        .descriptors()
        .file(g)
        .map(file ->
            file.mapped() instanceof KernelResult.Failed<HostMapping> failed
                ? failed.errno()
                : Errno.EBADF)
        .orElse(Errno.EBADF);
  }
}
