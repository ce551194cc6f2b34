package io.github.gmem4j.conformance.pkvm.kvm;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.Page;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The memory slots of one VM, and the order in which {@code KVM_SET_USER_MEMORY_REGION} checks.
 *
 * <p>Source: Linux 7.3 {@code virt/kvm/kvm_main.c} and {@code arch/arm64/kvm/mmu.c}.
 */
final class SlotTable {
  private static final int LIMIT = Short.MAX_VALUE;
  private static final long MOST_PAGES = Integer.MAX_VALUE;

  // No user address has more bits.
  private static final int ADDRESS_BITS = 52;

  private final Rules rules;
  private final int ipaBits;
  private final Map<Integer, Slot> slots = new TreeMap<>();

  /** What depends on the kind of VM. */
  interface Rules {
    /** Tells whether slots may be deleted and moved now. */
    boolean mayTakeAway();

    /** Tells whether a slot may have flags. */
    boolean allowsFlags();

    /** The guest loses what a slot showed it. */
    void gone(Slot slot);
  }

  SlotTable(int ipaBits, Rules rules) {
    this.ipaBits = ipaBits;
    this.rules = rules;
  }

  Optional<Slot> find(long gfn) {
    return slots.values().stream().filter(slot -> slot.contains(gfn)).findFirst();
  }

  Iterable<Slot> all() {
    return slots.values();
  }

  /** Puts the recorder's own slot in, before any other. */
  void reserve(Slot slot) {
    slots.put(slot.id(), slot);
  }

  /**
   * Sets a slot over the host memory.
   *
   * @param gpa unsigned 64 bits, unchecked, as are the others
   * @return empty on success
   */
  Optional<Errno> set(int id, long flags, long gpa, long size, long offset) {
    boolean aligned = Page.isAligned(gpa | size | offset);
    boolean known = (flags & ~(Slot.LOG_DIRTY | Slot.READ_ONLY)) == 0;
    if (!known || !aligned || offset >>> ADDRESS_BITS != 0 || isNoPlace(id, gpa, size)) {
      return Optional.of(Errno.EINVAL);
    }
    Slot old = slots.get(id);
    if (size == 0) {
      return old == null ? Optional.of(Errno.EINVAL) : delete(old);
    }
    Slot wanted = slot(id, flags, gpa, size, new SlotMemory.OfHost(offset));
    return old == null ? create(wanted) : change(old, wanted);
  }

  /** Binds a new guest_memfd to a slot; empty on success. */
  Optional<Errno> bind(int id, long gpa, SlotMemory.OfGuestMemory memory) {
    long size = (long) memory.pages().size() << Page.SHIFT;
    if (!Page.isAligned(gpa) || isNoPlace(id, gpa, size) || slots.containsKey(id)) {
      return Optional.of(Errno.EINVAL);
    }
    return create(slot(id, 0, gpa, size, memory));
  }

  private static boolean isNoPlace(int id, long gpa, long size) {
    return id < 0
        || id >= LIMIT
        || Long.compareUnsigned(gpa + size, gpa) < 0
        || size >>> Page.SHIFT > MOST_PAGES;
  }

  private static Slot slot(int id, long flags, long gpa, long size, SlotMemory memory) {
    return new Slot(id, flags, gpa >>> Page.SHIFT, size >>> Page.SHIFT, memory);
  }

  private Optional<Errno> delete(Slot old) {
    if (!rules.mayTakeAway()) {
      return Optional.of(Errno.EPERM);
    }
    slots.remove(old.id());
    rules.gone(old);
    return Optional.empty();
  }

  private Optional<Errno> create(Slot wanted) {
    return isTaken(wanted) ? Optional.of(Errno.EEXIST) : replace(wanted);
  }

  private Optional<Errno> change(Slot old, Slot wanted) {
    boolean sameMemory = old.memory().equals(wanted.memory()) && old.pages() == wanted.pages();
    if (!sameMemory || old.isReadOnly() != wanted.isReadOnly()) {
      return Optional.of(Errno.EINVAL);
    }
    if (old.equals(wanted)) {
      return Optional.empty();
    }
    return old.firstGfn() == wanted.firstGfn() ? replace(wanted) : move(old, wanted);
  }

  private Optional<Errno> move(Slot old, Slot wanted) {
    if (isTaken(wanted)) {
      return Optional.of(Errno.EEXIST);
    }
    if (!rules.mayTakeAway()) {
      return Optional.of(Errno.EPERM);
    }
    // The kernel unmaps the old place before it asks whether the new one is good.
    rules.gone(old);
    return replace(wanted);
  }

  private Optional<Errno> replace(Slot wanted) {
    return objection(wanted)
        .or(() -> {
          slots.put(wanted.id(), wanted);
          return Optional.empty();
        });
  }

  private Optional<Errno> objection(Slot wanted) {
    if (wanted.flags() != 0 && !rules.allowsFlags()) {
      return Optional.of(Errno.EPERM);
    }
    if (wanted.firstGfn() + wanted.pages() > 1L << (ipaBits - Page.SHIFT)) {
      return Optional.of(Errno.EFAULT);
    }
    boolean cannotBeMapped =
        wanted.memory() instanceof SlotMemory.OfGuestMemory memory
            && (memory.flags() & SlotMemory.OfGuestMemory.MMAP) == 0;
    return cannotBeMapped ? Optional.of(Errno.EINVAL) : Optional.empty();
  }

  private boolean isTaken(Slot wanted) {
    return slots.values().stream()
        .anyMatch(other -> other.id() != wanted.id() && other.overlaps(wanted));
  }
}
