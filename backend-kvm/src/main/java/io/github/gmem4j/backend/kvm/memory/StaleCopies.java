package io.github.gmem4j.backend.kvm.memory;

import io.github.gmem4j.api.memory.ByteRange;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.participant.Participant;
import io.github.gmem4j.api.participant.PlannedConversion;
import io.github.gmem4j.api.participant.Preparation;
import io.github.gmem4j.api.vm.MemorySlot;
import io.github.gmem4j.api.vm.VirtualMachine;
import java.util.List;
import java.util.Optional;

/**
 * Frees the copy that a conversion leaves behind where private and shared bytes are different
 * pages: what is private now has no shared bytes any more, and the other way round. Contents do not
 * carry over. Thread-safe.
 */
public final class StaleCopies implements Participant {
  private final VirtualMachine vm;
  private final List<SharedBacking> backings;

  /** Creates the participant of a VM whose slots' shared bytes lie in these backings. */
  public StaleCopies(VirtualMachine vm, List<SharedBacking> backings) {
    this.vm = vm;
    this.backings = List.copyOf(backings);
  }

  @Override
  public String name() {
    return "stale copies";
  }

  @Override
  public Preparation prepare(PlannedConversion conversion) {
    return conversion.target() == Shareability.SHARED || sharedBytes(conversion).isPresent()
        ? Preparation.READY
        : new Preparation.Refused("no backing holds the shared bytes of " + conversion.frames());
  }

  @Override
  public void commit(PlannedConversion conversion) {
    switch (conversion.target()) {
      case SHARED -> conversion.memory().punchHole(conversion.pages().bytes()).orThrow();
      case PRIVATE -> {
        Place place = sharedBytes(conversion).orElseThrow();
        place.backing().discard(place.bytes()).orThrow();
      }
    }
  }

  @Override
  public void abort(PlannedConversion conversion) {
    // Nothing was done: the copies are freed only once they are out of date.
  }

  private record Place(SharedBacking backing, ByteRange bytes) {}

  private Optional<Place> sharedBytes(PlannedConversion conversion) {
    long size = conversion.frames().count().bytes().value();
    for (MemorySlot slot : vm.slots()) {
      if (slot.addressSpace() == 0 && slot.frames().contains(conversion.frames().first())) {
        long inSlot =
            conversion.frames().first().gpa().value() - slot.frames().first().gpa().value();
        long address = slot.userspace().value() + inSlot;
        return backings.stream()
            .map(backing -> new Place(backing, bytes(backing, address, size)))
            .filter(place -> fits(place))
            .findFirst();
      }
    }
    return Optional.empty();
  }

  private static ByteRange bytes(SharedBacking backing, long address, long size) {
    return ByteRange.of(address - backing.address().value(), size);
  }

  private static boolean fits(Place place) {
    long start = place.bytes().start().value();
    long size = place.backing().size().value();
    return start >= 0 && start < size && place.bytes().size().value() <= size - start;
  }
}
