package io.github.gmem4j.conformance.random;

/** A kind of operation that can be made up. */
public enum Move {
  /** Guest memory and its backing. */
  CREATE(Theme.MEMORY, 1),
  /** Guest memory of an illegal size or with unknown flags. */
  CREATE_ILLEGAL(Theme.ILLEGAL, 2),
  /** Punch a hole. */
  PUNCH(Theme.MEMORY, 10),
  /** Allocate pages. */
  ALLOCATE(Theme.MEMORY, 7),
  /** {@code fallocate} with a mode or range that guest memory does not have. */
  FALLOCATE_ILLEGAL(Theme.ILLEGAL, 4),
  /** {@code ftruncate}. */
  TRUNCATE(Theme.ILLEGAL, 1),
  /** Ask which pages exist. */
  QUERY(Theme.MEMORY, 4),
  /** Close the descriptor; slots stay. */
  CLOSE(Theme.MEMORY, 1),
  /** Bind guest memory to a free slot, wherever it may collide. */
  BIND(Theme.SLOTS, 12),
  /** Bind pages that a slot has already. */
  BIND_TWICE(Theme.SLOTS, 2),
  /** Bind what must not be bound. */
  BIND_ILLEGAL(Theme.ILLEGAL, 6),
  /** A slot of ordinary memory, perhaps read-only or with a dirty log; may move an existing one. */
  BIND_ORDINARY(Theme.SLOTS, 4),
  /** Delete a slot, there or not. */
  UNBIND(Theme.SLOTS, 6),
  /** Convert pages through the VM. */
  CONVERT(Theme.CONVERSION, 22),
  /** Misaligned, empty, wrapping, huge, unknown attributes or flags. */
  CONVERT_ILLEGAL(Theme.ILLEGAL, 6),
  /** The call of a kernel that converts in place. */
  CONVERT_IN_PLACE(Theme.ILLEGAL, 1),
  /** A load through the area. */
  HOST_LOAD(Theme.HOST, 14),
  /** A store through the area. */
  HOST_STORE(Theme.HOST, 12),
  /** A load or store through a mapping of the guest memory itself. */
  HOST_IN_MEMORY(Theme.HOST, 6),
  /** {@code munmap} of a part of the area. */
  UNMAP(Theme.MAPPING, 3),
  /** {@code mmap} over a part of the area. */
  REMAP(Theme.MAPPING, 4),
  /** {@code madvise}. */
  ADVISE(Theme.MAPPING, 6),
  /** {@code mlock}. */
  LOCK(Theme.MAPPING, 1),
  /** {@code munlock}. */
  UNLOCK(Theme.MAPPING, 2),
  /** A load by the guest. */
  GUEST_LOAD(Theme.GUEST, 22),
  /** A store by the guest. */
  GUEST_STORE(Theme.GUEST, 20),
  /** Prefault what may be prefaulted. */
  PREFAULT(Theme.GUEST, 5),
  /** Prefault what may not. */
  PREFAULT_ILLEGAL(Theme.ILLEGAL, 1),
  /** A guest's request to convert. */
  HYPERCALL(Theme.HYPERCALL, 14),
  /** A hypercall that KVM or the VMM refuses. */
  HYPERCALL_ILLEGAL(Theme.HYPERCALL, 5),
  /** Pages into a pipe. */
  SPLICE(Theme.PINS, 4),
  /** Pages as a registered buffer. */
  REGISTER(Theme.PINS, 3),
  /** Read and empty a pipe, or give a buffer back. */
  RELEASE(Theme.PINS, 6);

  private static final int EMPHASIS = 4;

  private final Theme theme;
  private final int weight;

  Move(Theme theme, int weight) {
    this.theme = theme;
    this.weight = weight;
  }

  /** Returns how often this is done in a sequence with a theme, relative to others. */
  int weight(Theme emphasized) {
    return theme == emphasized ? weight * EMPHASIS : weight;
  }
}
