/**
 * The in-memory guest_memfd. An {@code Inode} is the memory proper: pages, their bytes, who may
 * touch them. A {@code MemoryView} is one VM's file on it, a {@code Mapping} one host process's
 * mmap of it, a {@code PageReference} a pin. {@code Conversion} changes hands.
 */
package io.github.gmem4j.core.memory;
