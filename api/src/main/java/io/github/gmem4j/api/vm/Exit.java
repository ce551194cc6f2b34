package io.github.gmem4j.api.vm;

import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.ByteOffset;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.PageCount;
import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Shareability;
import java.util.List;
import java.util.Optional;

/** Why {@link Vcpu#run} returned. */
public sealed interface Exit {
  /**
   * The guest asks the VMM to change pages: {@code KVM_EXIT_HYPERCALL} with {@code
   * KVM_HC_MAP_GPA_RANGE}. Answer with {@link Reply.Answer}.
   *
   * @param gpa where the pages begin; KVM does not check that memory lies there
   * @param pages how many 4 KiB pages, at least 1 and possibly far too many
   * @param attributes bits 3:0 preferred page size, bit 4 set for private; unchecked by KVM
   * @param flags bit 0: the guest is in long mode
   */
  record MapGpaRange(Gpa gpa, PageCount pages, long attributes, long flags) implements Exit {
    /** The hypercall's number. */
    public static final int NUMBER = 12;

    /** Attribute bit: make the pages private (encrypted). */
    public static final long PRIVATE = 1 << 4;

    /** Flag: the guest is in long mode. */
    public static final long LONG_MODE = 1;

    /** Returns the state the guest wants. The page size bits never change it. */
    public Shareability target() {
      return (attributes & PRIVATE) != 0 ? Shareability.PRIVATE : Shareability.SHARED;
    }

    /** Returns the guest physical bytes; a size that does not fit 64 bits saturates. */
    public GpaRange range() {
      boolean fits = pages.value() >= 0 && pages.value() < PageIndex.LIMIT;
      return new GpaRange(gpa, fits ? pages.bytes() : new ByteCount(-Page.BYTES));
    }
  }

  /**
   * The guest took memory back and the kernel converts it as soon as nobody holds it: {@code
   * KVM_EXIT_UNSHARE}. Let go of the range and run again, with {@link Reply.Answer} or {@link
   * Reply.Resume}, which means the same as 0. The name and the fields are the debate's: no released
   * kernel has this exit.
   *
   * @param range the guest physical bytes
   * @param errorOffset where in the guest memory the kernel found a page held when it last tried;
   *     empty before the first try
   */
  record Unshare(GpaRange range, Optional<ByteOffset> errorOffset) implements Exit {
    /** The number by which the VMM enables this exit: the hypercall function's. */
    public static final int NUMBER = 4;

    /** The first exit for a range: nothing was tried yet. */
    public Unshare(GpaRange range) {
      this(range, Optional.empty());
    }
  }

  /**
   * The guest touched a page in a way its state does not allow, or the page cannot be served:
   * {@code KVM_EXIT_MEMORY_FAULT}.
   *
   * @param gpa the page
   * @param size how many bytes are concerned
   * @param access the kind of access the guest made
   * @param errno what {@code KVM_RUN} sets: EFAULT or EHWPOISON
   * @param errorOffset where a conversion inside the kernel failed, as an offset in the guest
   *     memory; empty when none was tried. The debate this library grew from asks for it; no
   *     released kernel has it
   */
  record MemoryFault(
      Gpa gpa, ByteCount size, Shareability access, Errno errno, Optional<ByteOffset> errorOffset)
      implements Exit {
    /** Flag: the access was private. Source: {@code KVM_MEMORY_EXIT_FLAG_PRIVATE}. */
    public static final long FLAG_PRIVATE = 1 << 3;

    /** Returns the exit's flags field. */
    public long flags() {
      return access == Shareability.PRIVATE ? FLAG_PRIVATE : 0;
    }

    /** Returns the guest physical bytes. */
    public GpaRange range() {
      return new GpaRange(gpa, size);
    }
  }

  /**
   * The guest touched an address that no slot covers: {@code KVM_EXIT_MMIO}.
   *
   * @param gpa the address
   * @param length bytes accessed
   * @param data what the guest stores; empty for a load, which is completed by {@link Reply.Data}
   */
  record Mmio(Gpa gpa, int length, Optional<Byte> data) implements Exit {}

  /**
   * Something befell the whole guest: {@code KVM_EXIT_SYSTEM_EVENT}. {@code KVM_RUN} returned 0:
   * nothing failed.
   *
   * <p>KVM takes no note of it, not even of a guest that has ended itself: the next {@code run()}
   * goes on behind the guest's request, and what happens there is the guest's own affair. The
   * guests of the policies then halt at every {@code run()}. Other vCPUs are not stopped; that is
   * for the VMM to do.
   *
   * @param kind what happened
   * @param data what KVM adds, at most {@link #MAX_DATA} words
   */
  record SystemEvent(SystemEventKind kind, List<Long> data) implements Exit {
    /** Number of words that the exit has room for. */
    public static final int MAX_DATA = 16;

    /**
     * Copies the words.
     *
     * @throws IllegalArgumentException if there are more than fit
     */
    public SystemEvent {
      if (data.size() > MAX_DATA) {
        throw new IllegalArgumentException(
            "a system event has room for " + MAX_DATA + " words, not " + data.size());
      }
      data = List.copyOf(data);
    }
  }

  /** The guest's program has ended: {@code KVM_EXIT_HLT}. */
  record Halt() implements Exit {}

  /** A kick came: {@code KVM_RUN} returned EINTR. Run again. */
  record Interrupted() implements Exit {}

  /**
   * {@code KVM_RUN} failed and the guest was not resumed.
   *
   * @param errno EFAULT: a slot's host address cannot be touched; EINVAL: the launch is not
   *     finalized, or the VMM's reply was not acceptable; EIO: the VM is dead
   * @param reason one sentence that says why
   */
  record Failed(Errno errno, String reason) implements Exit {}
}
