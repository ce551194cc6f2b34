package io.github.gmem4j.conformance.pkvm.playing;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.conformance.pkvm.operation.SlotOperation;
import io.github.gmem4j.conformance.recording.Field;
import io.github.gmem4j.conformance.recording.Result;
import io.github.gmem4j.conformance.recording.ResultBuilder;
import java.util.Optional;

/** Plays changes to the memory slots of the VM in use, and guest_memfds. */
final class PkvmSlotPlayer {
  private static final long MMAP = 1;
  private static final long KNOWN_FLAGS = 3;

  private final PkvmWorld world;

  PkvmSlotPlayer(PkvmWorld world) {
    this.world = world;
  }

  Result play(SlotOperation operation) {
    return switch (operation) {
      case SlotOperation.Set set ->
          result(
              world
                  .vm()
                  .setSlot(set.slot(), set.flags(), set.gpa(), set.size(), set.offset().value()));
      case SlotOperation.CreateGuestMemory create ->
          result(create(create.size().value(), create.flags()));
      case SlotOperation.SetGuestMemory set -> bind(set);
    };
  }

  private Result bind(SlotOperation.SetGuestMemory set) {
    Optional<Errno> notCreated = create(set.pages().value() << Page.SHIFT, set.flags());
    if (notCreated.isPresent()) {
      return result(notCreated);
    }
    boolean mapped = (set.flags() & MMAP) != 0;
    ResultBuilder result =
        new ResultBuilder().with(Field.MMAP, mapped ? "OK" : Errno.ENODEV.name());
    world
        .vm()
        .bindGuestMemory(set.slot(), set.gpa(), set.pages(), set.flags())
        .ifPresentOrElse(result::failure, () -> result.with(Field.RET, 0));
    return result.build();
  }

  private static Optional<Errno> create(long size, long flags) {
    boolean good = (flags & ~KNOWN_FLAGS) == 0 && size > 0 && Page.isAligned(size);
    return good ? Optional.empty() : Optional.of(Errno.EINVAL);
  }

  private static Result result(Optional<Errno> failure) {
    return failure.map(Result::failed).orElseGet(Result::success);
  }
}
