package io.github.gmem4j.conformance.pkvm.playing;

import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.Signal;
import io.github.gmem4j.conformance.pkvm.host.Found;
import io.github.gmem4j.conformance.pkvm.host.PhysicalPage;
import io.github.gmem4j.conformance.pkvm.host.ProcessMemory;
import io.github.gmem4j.conformance.pkvm.host.Touch;
import io.github.gmem4j.conformance.pkvm.operation.HostOperation;
import io.github.gmem4j.conformance.pkvm.operation.Reach;
import io.github.gmem4j.conformance.recording.Field;
import io.github.gmem4j.conformance.recording.Result;
import io.github.gmem4j.conformance.recording.ResultBuilder;
import java.util.Optional;

/** Plays what the host does with single bytes, and the beginning and end of its child. */
final class PkvmHostPlayer {
  private final PkvmWorld world;

  PkvmHostPlayer(PkvmWorld world) {
    this.world = world;
  }

  /** What is done with the byte once it is found; returns its value. */
  private interface Transfer {
    int of(PhysicalPage page);
  }

  Result play(HostOperation operation) {
    return switch (operation) {
      case HostOperation.Load load -> load(load);
      case HostOperation.Store store -> store(store);
      case HostOperation.Fork fork -> {
        world.fork();
        yield Result.success();
      }
      case HostOperation.ChildExit exit -> {
        world.childExits();
        yield Result.success();
      }
    };
  }

  private Result load(HostOperation.Load load) {
    int inPage = load.at().inPage();
    return switch (load.by()) {
      case VMM, CHILD, USER_COPY ->
          byAddress(load.by(), load.at(), Touch.LOAD, page -> page.load(inPage));
      case KERNEL_COPY, FILE ->
          byKernel(
              load.by(), load.at(), Touch.PINNED_LOAD, page -> world.kernel().load(page, inPage));
    };
  }

  private Result store(HostOperation.Store store) {
    int inPage = store.at().inPage();
    return switch (store.by()) {
      case VMM, CHILD, USER_COPY ->
          byAddress(
              store.by(),
              store.at(),
              Touch.STORE,
              page -> {
                page.store(inPage, store.value());
                return store.value();
              });
      case KERNEL_COPY, FILE ->
          byKernel(
              store.by(),
              store.at(),
              Touch.STORE,
              page -> {
                world.kernel().store(page, inPage, store.value());
                return store.value();
              });
    };
  }

  /** Through a process's address: what the hypervisor took from the host cannot be touched. */
  private Result byAddress(Reach by, ByteOffset at, Touch touch, Transfer transfer) {
    Optional<ProcessMemory> process =
        by == Reach.CHILD ? world.child() : Optional.of(world.process());
    Found found =
        process.map(memory -> memory.find(at.page().value(), touch)).orElseGet(Found.Hole::new);
    return switch (found) {
      case Found.At open when world.el2().hostState(open.page()).isAccessible() ->
          Result.value(transfer.of(open.page()));
      case Found.At taken -> refused(by, "ACCERR");
      case Found.Forbidden forbidden -> refused(by, "ACCERR");
      case Found.Hole hole -> refused(by, "MAPERR");
    };
  }

  private static Result refused(Reach by, String code) {
    return by == Reach.USER_COPY
        ? Result.failed(Errno.EFAULT)
        : new ResultBuilder().with(Field.SIG, Signal.SIGSEGV.name()).with(Field.CODE, code).build();
  }

  /** Through the kernel's own mapping of the page that is at an address or in the file. */
  private Result byKernel(Reach by, ByteOffset at, Touch touch, Transfer transfer) {
    if (by == Reach.FILE) {
      return world
          .process()
          .ofFile(at)
          .map(page -> Result.value(transfer.of(page)))
          .orElseGet(() -> Result.failed(Errno.EBADF));
    }
    return switch (world.process().find(at.page().value(), touch)) {
      case Found.At found -> Result.value(transfer.of(found.page()));
      case Found.Hole hole -> Result.failed(Errno.EFAULT);
      case Found.Forbidden forbidden -> Result.failed(Errno.EFAULT);
    };
  }
}
