package io.github.gmem4j.api.vm;

/** Where this host's kernel keeps "private or shared", and so which call converts. */
public enum ConversionScope {
  /** In the memory: {@link io.github.gmem4j.api.memory.GuestMemory#convert}, one copy, in place. */
  GUEST_MEMORY,
  /**
   * In the VM: {@link VirtualMachine#setMemoryAttributes}; private and shared bytes are different
   * pages, and the VMM discards the copy that is out of date.
   */
  VM
}
