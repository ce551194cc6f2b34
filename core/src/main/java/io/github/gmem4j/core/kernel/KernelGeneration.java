package io.github.gmem4j.core.kernel;

import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.VmType;

/**
 * A generation of the kernel's guest_memfd interface. The engine has one conversion; what differs
 * between generations are the answers to the questions below.
 */
public enum KernelGeneration {
  /**
   * Generation A: the RFC of May 2025 ({@code KVM_GMEM_CONVERT_SHARED/PRIVATE}). Creation flag 1
   * makes a memory that can be shared and begins shared, flag 2 makes it begin private.
   */
  RFC_2025,
  /**
   * Generation B: {@code KVM_SET_MEMORY_ATTRIBUTES2} on the guest_memfd, in the form that was
   * applied. The default.
   */
  IN_PLACE,
  /**
   * Generation C: Linux 7.3 as released, {@code KVM_SET_MEMORY_ATTRIBUTES} on the VM; private and
   * shared bytes are different pages.
   */
  VM_ATTRIBUTES;

  private static final long KNOWN_FLAGS = GuestMemory.MMAP | GuestMemory.INIT_SHARED;

  /** Tells whether the state of a page belongs to the memory rather than to the VM. */
  public boolean keepsStateInMemory() {
    return this != VM_ATTRIBUTES;
  }

  /**
   * Tells whether a VM takes attributes for its frames at all. In generation A it does, although
   * the state of a memory that can be shared is the memory's: then they change nothing.
   */
  public boolean takesVmAttributes() {
    return this != IN_PLACE;
  }

  /** Tells whether converting no bytes succeeds before anything else is looked at. */
  public boolean emptyConversionSucceeds() {
    return this == RFC_2025;
  }

  /**
   * Tells whether only the pages that change are looked at, and the guest loses its mappings of
   * them before references are checked.
   */
  public boolean looksOnlyAtWhatChanges() {
    return this == RFC_2025;
  }

  /**
   * Tells whether a conversion's flags, reserved words, attributes and VM type are checked; the
   * struct of generation A has none of them but reserved words, which it ignores.
   */
  public boolean checksAttributes() {
    return this != RFC_2025;
  }

  /** Returns the errno for binding pages of a memory that are bound already. */
  public Errno boundTwice() {
    return this == RFC_2025 ? Errno.EINVAL : Errno.EEXIST;
  }

  /** Tells whether a VM may create a memory with these flags. */
  public boolean allowsFlags(long flags, VmType type) {
    if ((flags & ~KNOWN_FLAGS) != 0) {
      return false;
    }
    return switch (this) {
      case RFC_2025 -> flags != GuestMemory.INIT_SHARED;
      case IN_PLACE -> true;
      case VM_ATTRIBUTES -> (flags & GuestMemory.INIT_SHARED) == 0 || !type.privateMemory();
    };
  }

  /** Returns the state in which all pages of a memory with these flags begin. */
  public Shareability initialState(long flags) {
    boolean shared =
        this == RFC_2025 ? flags == GuestMemory.MMAP : (flags & GuestMemory.INIT_SHARED) != 0;
    return shared ? Shareability.SHARED : Shareability.PRIVATE;
  }

  /** Tells whether pages of a memory with these flags can change their state. */
  public boolean isConvertible(long flags) {
    return switch (this) {
      case RFC_2025 -> (flags & GuestMemory.MMAP) != 0;
      case IN_PLACE -> true;
      case VM_ATTRIBUTES -> false;
    };
  }
}
