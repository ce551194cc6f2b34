package io.github.gmem4j.testkit.value;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.SystemEventKind;
import java.util.List;
import java.util.Optional;

/** Makes {@link Exit}s. */
public final class Exits {
  private Exits() {}

  /** Returns the exit of a guest, in long mode, that asks the VMM to change pages. */
  public static Exit.MapGpaRange mapGpaRange(GpaRange range, Shareability target) {
    return new Exit.MapGpaRange(
        range.start(),
        range.size().wholePages(),
        target == Shareability.PRIVATE ? Exit.MapGpaRange.PRIVATE : 0,
        Exit.MapGpaRange.LONG_MODE);
  }

  /** Returns the first exit for memory that a guest took back. */
  public static Exit.Unshare unshare(GpaRange range) {
    return new Exit.Unshare(range);
  }

  /** Returns the exit of a guest that touched a page in a way its state does not allow. */
  public static Exit.MemoryFault memoryFault(Gpa page, Shareability access) {
    return new Exit.MemoryFault(page, ByteCount.PAGE, access, Errno.EFAULT, Optional.empty());
  }

  /** Returns the exit of a guest that touched a page hit by a hardware memory error. */
  public static Exit.MemoryFault poisoned(Gpa page, Shareability access) {
    return new Exit.MemoryFault(page, ByteCount.PAGE, access, Errno.EHWPOISON, Optional.empty());
  }

  /** Returns exits that ask for memory to change hands, of each kind and in both directions. */
  public static List<Exit> aboutMemory(GpaRange range) {
    return List.of(
        mapGpaRange(range, Shareability.PRIVATE),
        mapGpaRange(range, Shareability.SHARED),
        unshare(range),
        new Exit.Unshare(range, Optional.of(ByteOffset.ZERO)),
        memoryFault(range.start(), Shareability.PRIVATE),
        memoryFault(range.start(), Shareability.SHARED),
        new Exit.MemoryFault(
            range.start(),
            ByteCount.PAGE,
            Shareability.PRIVATE,
            Errno.EFAULT,
            Optional.of(ByteOffset.ZERO)),
        poisoned(range.start(), Shareability.PRIVATE),
        poisoned(range.start(), Shareability.SHARED));
  }

  /** Returns exits that are about something else, of each kind. */
  public static List<Exit> aboutOtherThings() {
    return List.of(
        new Exit.Mmio(new Gpa(0xfee0_0000L), 1, Optional.empty()),
        new Exit.Mmio(new Gpa(0xfee0_0000L), 1, Optional.of((byte) 1)),
        new Exit.SystemEvent(SystemEventKind.TERMINATED, List.of(0x100L)),
        new Exit.SystemEvent(SystemEventKind.CRASH, List.of()),
        new Exit.Halt(),
        new Exit.Interrupted(),
        new Exit.Failed(Errno.EFAULT, "failed for a test"),
        new Exit.Failed(Errno.EIO, "failed for a test"));
  }

  /** Returns exits whose numbers no sound kernel would hand out. */
  public static List<Exit> nonsense() {
    return List.of(
        new Exit.MapGpaRange(new Gpa(0x1001), new PageCount(1), 0, 1),
        new Exit.MapGpaRange(new Gpa(0), new PageCount(0), 0, 1),
        new Exit.MapGpaRange(new Gpa(-4096), new PageCount(-1), -1, -1),
        new Exit.Unshare(new GpaRange(new Gpa(1), ByteCount.ZERO)),
        memoryFault(new Gpa(-1), Shareability.SHARED));
  }
}
