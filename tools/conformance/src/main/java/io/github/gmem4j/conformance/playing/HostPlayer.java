package io.github.gmem4j.conformance.playing;

import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.HostAccess;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.Signal;
import io.github.gmem4j.conformance.operation.Accessor;
import io.github.gmem4j.conformance.operation.HostOperation;
import io.github.gmem4j.conformance.process.HostProcess;
import io.github.gmem4j.conformance.recorder.GuestMemoryFile;
import io.github.gmem4j.conformance.recording.Result;
import java.util.Optional;

/** Plays what host processes do with single bytes, and their beginning and end. */
final class HostPlayer {
  private static final HostAccess NOTHING_MAPPED =
      new HostAccess.Fault(Signal.SIGSEGV, "nothing is mapped there");

  private final World world;
  private final byte[] transferred = new byte[1];

  HostPlayer(World world) {
    this.world = world;
  }

  Result play(HostOperation operation) {
    return switch (operation) {
      case HostOperation.Load load -> result(load.by(), load(load.by(), load.g(), load.at()));
      case HostOperation.Store store -> {
        transferred[0] = (byte) store.value();
        yield result(store.by(), store(store.by(), store.g(), store.at()));
      }
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

  private HostAccess load(Accessor by, int g, ByteOffset at) {
    return by == Accessor.PARENT_IN_GUEST_MEMORY
        ? guestMemory(g).map(mapping -> mapping.load(at, transferred)).orElse(NOTHING_MAPPED)
        : process(by)
            .flatMap(process -> process.area(g))
            .map(area -> area.load(at, transferred))
            .orElse(NOTHING_MAPPED);
  }

  private HostAccess store(Accessor by, int g, ByteOffset at) {
    return by == Accessor.PARENT_IN_GUEST_MEMORY
        ? guestMemory(g).map(mapping -> mapping.store(at, transferred)).orElse(NOTHING_MAPPED)
        : process(by)
            .flatMap(process -> process.area(g))
            .map(area -> area.store(at, transferred))
            .orElse(NOTHING_MAPPED);
  }

  private Optional<HostProcess> process(Accessor by) {
    return by == Accessor.CHILD ? world.child() : Optional.of(world.process());
  }

  private Optional<HostMapping> guestMemory(int g) {
    return world.descriptors().file(g).flatMap(GuestMemoryFile::mapping);
  }

  private Result result(Accessor by, HostAccess access) {
    if (!(access instanceof HostAccess.Fault fault)) {
      return Result.value(transferred[0] & 0xff);
    }
    return by == Accessor.KERNEL ? Result.failed(Errno.EFAULT) : Result.signalled(fault.signal());
  }
}
