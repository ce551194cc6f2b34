package io.github.gmem4j.conformance.playing;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.api.memory.ReferenceKind;
import io.github.gmem4j.conformance.operation.PinKind;
import io.github.gmem4j.conformance.operation.PinOperation;
import io.github.gmem4j.conformance.process.HeldPage;
import io.github.gmem4j.conformance.recording.Field;
import io.github.gmem4j.conformance.recording.Result;
import io.github.gmem4j.conformance.recording.ResultBuilder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Plays pipes and registered buffers that refer to pages of the host mapping. */
final class PinPlayer {
  private final World world;
  private final Map<Long, List<HeldPage>> held = new HashMap<>();

  PinPlayer(World world) {
    this.world = world;
  }

  Result play(PinOperation operation) {
    return switch (operation) {
      case PinOperation.Take take ->
          switch (take.kind()) {
            case VMSPLICE -> splice(take);
            case IOURING -> register(take);
          };
      case PinOperation.Release release -> release(release);
    };
  }

  /** Releases everything that is still held. */
  void releaseAll() {
    held.values().forEach(pages -> pages.forEach(HeldPage::release));
    held.clear();
  }

  private Result splice(PinOperation.Take take) {
    List<HeldPage> pages = hold(take, ReferenceKind.SHORT_TERM, "pipe ");
    if (pages.isEmpty()) {
      return Result.failed(Errno.EFAULT);
    }
    held.put(take.id(), pages);
    return Result.returned((long) pages.size() * Page.BYTES);
  }

  private Result register(PinOperation.Take take) {
    List<HeldPage> pages = hold(take, ReferenceKind.LONG_TERM, "registered buffer ");
    if (pages.size() < take.pages().count().value()) {
      pages.forEach(HeldPage::release);
      return Result.failed(Errno.EFAULT);
    }
    held.put(take.id(), pages);
    return Result.success();
  }

  private List<HeldPage> hold(PinOperation.Take take, ReferenceKind kind, String holder) {
    PageRange pages = take.pages();
    return world
        .process()
        .area(take.g())
        .map(area -> area.hold(pages, kind, holder + take.id()))
        .orElse(List.of());
  }

  private Result release(PinOperation.Release release) {
    List<HeldPage> pages = held.remove(release.id());
    if (pages == null) {
      // The recorder held it, so its pin succeeded there and failed here.
      return Result.failed(Errno.EBADF);
    }
    ResultBuilder result = new ResultBuilder().with(Field.RET, 0);
    if (release.kind() == PinKind.VMSPLICE) {
      result.with(Field.DATA, pages.stream().map(page -> (long) page.firstByte()).toList());
    }
    pages.forEach(HeldPage::release);
    return result.build();
  }
}
