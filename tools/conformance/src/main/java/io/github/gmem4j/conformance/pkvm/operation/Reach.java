package io.github.gmem4j.conformance.pkvm.operation;

/** How a byte of the host memory is reached. */
public enum Reach {
  /** By the VMM itself, through its mapping. */
  VMM,
  /** By the forked child, through the mapping it inherited. */
  CHILD,
  /** By the kernel, through the VMM's address: a pipe. */
  USER_COPY,
  /** By the kernel, through its own mapping of the page at that address: process_vm_readv. */
  KERNEL_COPY,
  /** By the kernel, through its own mapping of the file's page: pread and pwrite. */
  FILE
}
