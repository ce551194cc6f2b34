package io.github.gmem4j.conformance.operation;

/** The names that operations have in recordings of generation C. */
public final class OperationNames {
  private OperationNames() {}

  /** Returns an operation's name. */
  public static String of(Operation operation) {
    return switch (operation) {
      case StartVm start -> "vm";
      case MemoryOperation memory -> memory(memory);
      case SlotOperation.Bind bind -> "bind";
      case SlotOperation.Unbind unbind -> "unbind";
      case ConversionOperation.OfMemory of -> "gmem_convert";
      case ConversionOperation.OfVm of -> "convert";
      case HostOperation host -> host(host);
      case MappingOperation mapping -> mapping(mapping);
      case GuestOperation guest -> guest(guest);
      case PinOperation.Take take -> "pin";
      case PinOperation.Release release -> "unpin";
    };
  }

  private static String memory(MemoryOperation operation) {
    return switch (operation) {
      case MemoryOperation.Create create -> "create";
      case MemoryOperation.Fallocate fallocate -> "fallocate";
      case MemoryOperation.Truncate truncate -> "ftruncate";
      case MemoryOperation.QueryPopulated query -> "query_populated";
      case MemoryOperation.Close close -> "close";
    };
  }

  private static String host(HostOperation operation) {
    return switch (operation) {
      case HostOperation.Load load -> by(load.by()) + "_read";
      case HostOperation.Store store -> by(store.by()) + "_write";
      case HostOperation.Fork fork -> "fork";
      case HostOperation.ChildExit exit -> "child_exit";
    };
  }

  private static String by(Accessor accessor) {
    return switch (accessor) {
      case PARENT -> "host";
      case KERNEL -> "uaccess";
      case CHILD -> "child";
      case PARENT_IN_GUEST_MEMORY -> "gmem_host";
    };
  }

  private static String mapping(MappingOperation operation) {
    return switch (operation) {
      case MappingOperation.Unmap unmap -> "host_munmap";
      case MappingOperation.Remap remap -> "host_mmap";
      case MappingOperation.Advise advise -> "madvise";
      case MappingOperation.Lock lock -> "mlock";
      case MappingOperation.Unlock unlock -> "munlock";
    };
  }

  private static String guest(GuestOperation operation) {
    return switch (operation) {
      case GuestOperation.Load load -> "guest_read";
      case GuestOperation.Store store -> "guest_write";
      case GuestOperation.Prefault prefault -> "prefault";
      case GuestOperation.Hypercall hypercall -> "guest_hypercall";
    };
  }
}
