package io.github.gmem4j.backend.kvm.fake;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A VM of the fake kernel: slots and attributes. */
final class FakeVm implements FakeFile {
  private static final int EEXIST = 17;
  private static final int EBADF = 9;
  private static final int EFAULT = 14;
  private static final int ENOENT = 2;

  record Slot(
      long flags, long gpa, long size, long userspace, long offset, @Nullable FakeGmem memory) {
    boolean covers(long address) {
      return address >= gpa && address < gpa + size;
    }
  }

  final FakeKernel kernel;
  final int type;
  final Map<Integer, Slot> slots = new TreeMap<>();
  private final TreeMap<Long, Slot> byGpa = new TreeMap<>();
  final Set<Long> privateFrames = new HashSet<>();
  long exitHypercalls;

  FakeVm(FakeKernel kernel, int type) {
    this.kernel = kernel;
    this.type = type;
  }

  boolean isProtected() {
    return type == 1;
  }

  /** Returns 0 or an errno. */
  int setRegion(MemorySegment struct) {
    int id = struct.get(ValueLayout.JAVA_INT, 0);
    long flags = struct.get(ValueLayout.JAVA_INT, 4);
    long gpa = struct.get(ValueLayout.JAVA_LONG, 8);
    long size = struct.get(ValueLayout.JAVA_LONG, 16);
    long userspace = struct.get(ValueLayout.JAVA_LONG, 24);
    long offset = struct.get(ValueLayout.JAVA_LONG, 32);
    if ((gpa | size | userspace | offset) % 4096 != 0) {
      return FakeGmem.EINVAL;
    }
    if (size == 0) {
      Slot deleted = slots.remove(id);
      return deleted == null || !byGpa.remove(deleted.gpa(), deleted) ? FakeGmem.EINVAL : 0;
    }
    if (slots.containsKey(id)) {
      return FakeGmem.EINVAL;
    }
    Map.Entry<Long, Slot> before = byGpa.lowerEntry(gpa + size);
    if (before != null && gpa < before.getKey() + before.getValue().size()) {
      return EEXIST;
    }
    @Nullable FakeGmem memory = null;
    if ((flags & 4) != 0) {
      FakeFile file = kernel.file(struct.get(ValueLayout.JAVA_INT, 40));
      if (file == null) {
        return EBADF;
      }
      if (!(file instanceof FakeGmem gmem) || gmem.vm != this || offset + size > gmem.size) {
        return FakeGmem.EINVAL;
      }
      memory = gmem;
    }
    Slot added = new Slot(flags, gpa, size, userspace, offset, memory);
    slots.put(id, added);
    byGpa.put(gpa, added);
    return 0;
  }

  /** Returns 0 or an errno. */
  int setAttributes(MemorySegment struct) {
    long address = struct.get(ValueLayout.JAVA_LONG, 0);
    long size = struct.get(ValueLayout.JAVA_LONG, 8);
    long attributes = struct.get(ValueLayout.JAVA_LONG, 16);
    if (!isProtected()
        || struct.get(ValueLayout.JAVA_LONG, 24) != 0
        || (attributes & ~8) != 0
        || size <= 0
        || address < 0
        || (address | size) % 4096 != 0) {
      return FakeGmem.EINVAL;
    }
    for (long frame = address / 4096; frame < (address + size) / 4096; frame++) {
      if (attributes == 0) {
        privateFrames.remove(frame);
      } else {
        privateFrames.add(frame);
      }
    }
    return 0;
  }

  /** Maps one page, as if woken after each. Returns 0 or an errno. */
  int prefault(MemorySegment struct) {
    long address = struct.get(ValueLayout.JAVA_LONG, 0);
    return switch (touch(address)) {
      case Touch.Mmio mmio -> ENOENT;
      case Touch.Fault fault -> EFAULT;
      case Touch.Bytes bytes -> {
        struct.set(ValueLayout.JAVA_LONG, 0, address + 4096);
        struct.set(ValueLayout.JAVA_LONG, 8, struct.get(ValueLayout.JAVA_LONG, 8) - 4096);
        yield 0;
      }
    };
  }

  /** What a guest's touch of an address meets. */
  sealed interface Touch {
    record Bytes(MemorySegment at) implements Touch {}

    record Mmio() implements Touch {}

    record Fault(boolean asPrivate) implements Touch {}
  }

  private @Nullable Slot slotAt(long gpa) {
    Map.Entry<Long, Slot> entry = byGpa.floorEntry(gpa);
    return entry != null && entry.getValue().covers(gpa) ? entry.getValue() : null;
  }

  /** A touch by the command that the guest was told, which may find its state out of date. */
  Touch access(long gpa) {
    Slot slot = slotAt(gpa);
    return slot != null && slot.memory() != null && kernel.takeStaleFault()
        ? new Touch.Fault(!isPrivate(slot, gpa))
        : touch(gpa);
  }

  private boolean isPrivate(Slot slot, long gpa) {
    FakeGmem memory = slot.memory();
    return kernel.generation() == FakeKernel.Generation.ATTRIBUTES || memory == null
        ? privateFrames.contains(gpa / 4096)
        : !memory.shared.contains((slot.offset() + gpa - slot.gpa()) / 4096);
  }

  Touch touch(long gpa) {
    Slot slot = slotAt(gpa);
    boolean attributePrivate = privateFrames.contains(gpa / 4096);
    if (slot == null) {
      return attributePrivate ? new Touch.Fault(true) : new Touch.Mmio();
    }
    FakeGmem memory = slot.memory();
    if (memory == null) {
      return attributePrivate ? new Touch.Fault(true) : userspace(slot, gpa);
    }
    long at = slot.offset() + gpa - slot.gpa();
    boolean isPrivate = isPrivate(slot, gpa);
    if (isPrivate && !isProtected()) {
      return new Touch.Fault(false);
    }
    if (!isPrivate && kernel.generation() == FakeKernel.Generation.ATTRIBUTES) {
      return userspace(slot, gpa);
    }
    return kernel.isOpen(memory)
        ? new Touch.Bytes(MemorySegment.ofArray(memory.folio(at / 4096).bytes).asSlice(at % 4096))
        : new Touch.Fault(isPrivate);
  }

  private Touch userspace(Slot slot, long gpa) {
    return new Touch.Bytes(
        kernel.nativeBytes(slot.userspace() + gpa - slot.gpa(), 4096 - gpa % 4096));
  }
}
