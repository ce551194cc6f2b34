package io.github.gmem4j.conformance.pkvm.playing;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.conformance.operation.PinKind;
import io.github.gmem4j.conformance.pkvm.host.Found;
import io.github.gmem4j.conformance.pkvm.host.PhysicalPage;
import io.github.gmem4j.conformance.pkvm.host.Touch;
import io.github.gmem4j.conformance.pkvm.operation.PinOperation;
import io.github.gmem4j.conformance.recording.Field;
import io.github.gmem4j.conformance.recording.Result;
import io.github.gmem4j.conformance.recording.ResultBuilder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Plays pipes and registered buffers that refer to pages of the host memory. A reference is nothing
 * to the hypervisor; reading the pipe is an access of the kernel.
 */
final class PkvmPinPlayer {
  private final PkvmWorld world;
  private final Map<Long, List<PhysicalPage>> held = new HashMap<>();

  PkvmPinPlayer(PkvmWorld world) {
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

  /** A pipe takes a prefix, and only reads. */
  private Result splice(PinOperation.Take take) {
    List<PhysicalPage> pages = prefix(take, Touch.LOAD);
    if (pages.isEmpty()) {
      return Result.failed(Errno.EFAULT);
    }
    held.put(take.id(), pages);
    return Result.returned((long) pages.size() * Page.BYTES);
  }

  /** A registered buffer takes all or nothing, to be written. */
  private Result register(PinOperation.Take take) {
    List<PhysicalPage> pages = prefix(take, Touch.STORE);
    if (pages.size() < take.pages().count().value()) {
      return Result.failed(Errno.EFAULT);
    }
    pages.forEach(PhysicalPage::pin);
    held.put(take.id(), pages);
    return Result.success();
  }

  private List<PhysicalPage> prefix(PinOperation.Take take, Touch touch) {
    List<PhysicalPage> pages = new ArrayList<>();
    long page = take.pages().first().value();
    while (page < take.pages().endExclusive()
        && world.process().find(page, touch) instanceof Found.At at) {
      pages.add(at.page());
      page++;
    }
    return pages;
  }

  private Result release(PinOperation.Release release) {
    List<PhysicalPage> pages = held.remove(release.id());
    if (pages == null) {
      // The recorder held it, so its pin succeeded there and failed here.
      return Result.failed(Errno.EBADF);
    }
    if (release.kind() == PinKind.IOURING) {
      pages.forEach(PhysicalPage::unpin);
      return Result.success();
    }
    List<Long> firstBytes =
        pages.stream().map(page -> (long) world.kernel().load(page, 0)).toList();
    return new ResultBuilder().with(Field.DATA, firstBytes).build();
  }
}
