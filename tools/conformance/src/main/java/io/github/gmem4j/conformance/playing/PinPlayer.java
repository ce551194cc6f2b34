package io.github.gmem4j.conformance.playing;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.conformance.operation.PinKind;
import io.github.gmem4j.conformance.operation.PinOperation;
import io.github.gmem4j.conformance.process.Area;
import io.github.gmem4j.conformance.process.HeldPages;
import io.github.gmem4j.conformance.recording.Field;
import io.github.gmem4j.conformance.recording.Result;
import io.github.gmem4j.conformance.recording.ResultBuilder;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Plays pipes and registered buffers that refer to pages of the host mapping. */
final class PinPlayer {
  private final World world;
  private final Map<Long, HeldPages> held = new HashMap<>();

  PinPlayer(World world) {
    this.world = world;
  }

  Result play(PinOperation operation) {
    return switch (operation) {
      case PinOperation.Take take -> take(take);
      case PinOperation.Release release -> release(release);
    };
  }

  /** Releases everything that is still held. */
  void releaseAll() {
    held.values().forEach(HeldPages::release);
    held.clear();
  }

  private Result take(PinOperation.Take take) {
    Optional<? extends Area> area = world.process().area(take.g());
    return area.isEmpty() ? Result.failed(Errno.EFAULT) : take(take, area.get());
  }

  private Result take(PinOperation.Take take, Area area) {
    KernelResult<HeldPages> answer =
        switch (take.kind()) {
          case VMSPLICE -> area.splice(take.pages(), "pipe " + take.id());
          case IOURING -> area.register(take.pages(), "registered buffer " + take.id());
        };
    if (!(answer instanceof KernelResult.Ok<HeldPages> ok)) {
      return Result.of(answer);
    }
    held.put(take.id(), ok.value());
    return switch (take.kind()) {
      case VMSPLICE -> Result.returned((long) ok.value().count() * Page.BYTES);
      case IOURING -> Result.success();
    };
  }

  private Result release(PinOperation.Release release) {
    HeldPages pages = held.remove(release.id());
    if (pages == null) {
      // The recorder held it, so its pin succeeded there and failed here.
      return Result.failed(Errno.EBADF);
    }
    ResultBuilder result = new ResultBuilder().with(Field.RET, 0);
    if (release.kind() == PinKind.VMSPLICE) {
      result.with(Field.DATA, pages.firstBytes());
    }
    pages.release();
    return result.build();
  }
}
