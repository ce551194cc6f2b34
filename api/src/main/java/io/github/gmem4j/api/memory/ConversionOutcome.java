package io.github.gmem4j.api.memory;

import java.util.List;
import java.util.Optional;

/**
 * What came of one conversion. Either the whole range has the wanted state, or nothing changed its
 * state: there is no partial success (Linux, {@code KVM_SET_MEMORY_ATTRIBUTES2}).
 */
public sealed interface ConversionOutcome {
  /** Every page of the range now has the wanted state, and at least one had not before. */
  record Converted(Shareability target) implements ConversionOutcome {
    @Override
    public ConversionPhase phase() {
      return ConversionPhase.STORE;
    }
  }

  /** Every page of the range had the wanted state already: nothing was unmapped, nothing zapped. */
  record AlreadyThere(Shareability target) implements ConversionOutcome {
    @Override
    public ConversionPhase phase() {
      return ConversionPhase.VALIDATE;
    }
  }

  /**
   * Somebody holds a page of the range: EAGAIN. Host mappings of the range are gone and will
   * refault with their contents; no page changed its state.
   *
   * @param errorOffset offset in the guest memory of the first page that is held, as the kernel
   *     reports it
   * @param blockers everything known to block the range, in ascending page order; empty where the
   *     backend cannot know
   */
  record Blocked(ByteOffset errorOffset, List<Blocker> blockers) implements ConversionOutcome {
    /** Copies the list. */
    public Blocked {
      blockers = List.copyOf(blockers);
    }

    @Override
    public ConversionPhase phase() {
      return ConversionPhase.CHECK_REFERENCES;
    }

    /**
     * Tells whether calling again soon can help without anybody being asked to let go: true unless
     * a long-term pin is known.
     */
    public boolean retryWorthwhile() {
      return blockers.stream().allMatch(Blocker::isTransient);
    }
  }

  /**
   * Memory for the bookkeeping ran out: ENOMEM. Nothing was unmapped and no page changed its state.
   *
   * @param errorOffset start of the range, as the kernel reports it
   */
  record OutOfMemory(ByteOffset errorOffset) implements ConversionOutcome {
    @Override
    public ConversionPhase phase() {
      return ConversionPhase.RESERVE;
    }
  }

  /**
   * The request itself is not acceptable. Nothing was touched.
   *
   * @param reject the kernel's error number: EINVAL, EBADF, EIO, ENOTTY; ENOMEM where the VM keeps
   *     the state; EBUSY if the platform objects; EFAULT, where the kernel converts by itself, if
   *     no guest memory lies there; ECANCELED, there too, if a newer request came first
   * @param reason one sentence that names the offending value
   */
  record Rejected(Errno reject, String reason) implements ConversionOutcome {
    @Override
    public ConversionPhase phase() {
      return ConversionPhase.VALIDATE;
    }
  }

  /** Returns the last phase that was entered. */
  ConversionPhase phase();

  /** Tells whether the whole range has the wanted state now. */
  default boolean succeeded() {
    return this instanceof Converted || this instanceof AlreadyThere;
  }

  /** Returns the errno the kernel's call would set, empty on success. */
  default Optional<Errno> errno() {
    return switch (this) {
      case Converted done -> Optional.empty();
      case AlreadyThere done -> Optional.empty();
      case Blocked blocked -> Optional.of(Errno.EAGAIN);
      case OutOfMemory exhausted -> Optional.of(Errno.ENOMEM);
      case Rejected rejected -> Optional.of(rejected.reject());
    };
  }

  /**
   * Returns what the kernel writes back into {@code error_offset}, empty where it writes nothing.
   */
  default Optional<ByteOffset> writtenErrorOffset() {
    return switch (this) {
      case Blocked blocked -> Optional.of(blocked.errorOffset());
      case OutOfMemory exhausted -> Optional.of(exhausted.errorOffset());
      case Converted done -> Optional.empty();
      case AlreadyThere done -> Optional.empty();
      case Rejected rejected -> Optional.empty();
    };
  }
}
