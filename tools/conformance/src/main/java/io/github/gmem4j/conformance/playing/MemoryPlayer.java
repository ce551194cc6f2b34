package io.github.gmem4j.conformance.playing;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.HostMapping;
import io.github.gmem4j.api.memory.KernelResult;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.PageRange;
import io.github.gmem4j.conformance.operation.MemoryOperation;
import io.github.gmem4j.conformance.process.Area;
import io.github.gmem4j.conformance.recorder.GuestMemoryFile;
import io.github.gmem4j.conformance.recording.Field;
import io.github.gmem4j.conformance.recording.Result;
import io.github.gmem4j.conformance.recording.ResultBuilder;
import java.util.Optional;

/** Plays operations on guest memories as files. */
final class MemoryPlayer {
  // The recorder maps two pages more than the memory has, so that they can be hit.
  private static final long PAGES_PAST_THE_END = 2;

  private final World world;

  MemoryPlayer(World world) {
    this.world = world;
  }

  Result play(MemoryOperation operation) {
    if (operation instanceof MemoryOperation.Create create) {
      return create(create);
    }
    Optional<GuestMemoryFile> file = world.descriptors().file(operation.g());
    return file.isEmpty() ? Result.failed(Errno.EBADF) : play(operation, file.get());
  }

  private Result play(MemoryOperation operation, GuestMemoryFile file) {
    return switch (operation) {
      case MemoryOperation.Create create -> create(create);
      case MemoryOperation.Fallocate fallocate ->
          Result.of(file.memory().fallocate(fallocate.mode(), fallocate.range()));
      case MemoryOperation.Truncate truncate -> Result.of(file.memory().truncate(truncate.size()));
      case MemoryOperation.QueryPopulated query -> populated(file, query.pages());
      case MemoryOperation.Close close -> close(close.g());
    };
  }

  private Result create(MemoryOperation.Create create) {
    KernelResult<GuestMemory> answer = world.vm().createGuestMemory(create.size(), create.flags());
    return answer instanceof KernelResult.Ok<GuestMemory> ok
        ? created(create, ok.value())
        : Result.of(answer);
  }

  private Result created(MemoryOperation.Create create, GuestMemory memory) {
    ByteCount length = new ByteCount(create.size().value() + PAGES_PAST_THE_END * Page.BYTES);
    KernelResult<HostMapping> mapped = memory.map(length);
    world.descriptors().open(new GuestMemoryFile(create.g(), memory, mapped));
    if (create.backing().isPresent()) {
      world.process().mapBacking(create.g(), create.backing().get(), create.size());
    } else if (mapped instanceof KernelResult.Ok<HostMapping> ok) {
      world.process().mapMemory(create.g(), memory, ok.value());
    }
    String mmap =
        mapped instanceof KernelResult.Failed<HostMapping> failed ? failed.errno().name() : "OK";
    return new ResultBuilder().with(Field.RET, 0).with(Field.MMAP, mmap).build();
  }

  private Result populated(GuestMemoryFile file, PageRange pages) {
    if (file.mapped() instanceof KernelResult.Failed<HostMapping> failed) {
      return Result.failed(failed.errno());
    }
    Optional<? extends Area> seenThrough = mappingOfMemory(file.number());
    StringBuilder answer = new StringBuilder((int) pages.count().value());
    for (long number = pages.first().value(); number < pages.endExclusive(); number++) {
      PageIndex page = new PageIndex(number);
      boolean isSeen = seenThrough.isEmpty() || seenThrough.get().isMapped(page);
      answer.append(isSeen && file.memory().isPopulated(page) ? '1' : '0');
    }
    return new ResultBuilder().with(Field.RET, 0).with(Field.POPULATED, answer.toString()).build();
  }

  // In generation B the question goes through the host mapping, which may have holes: measured,
  // every page in a hole counts as not populated. In C it goes through a mapping of its own.
  private Optional<? extends Area> mappingOfMemory(int g) {
    return switch (world.start().generation()) {
      case B -> world.process().area(g);
      case C -> Optional.empty();
    };
  }

  private Result close(int g) {
    world.process().unmap(g);
    world.descriptors().close(g);
    return Result.success();
  }
}
