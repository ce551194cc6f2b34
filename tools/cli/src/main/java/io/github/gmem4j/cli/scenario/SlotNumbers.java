package io.github.gmem4j.cli.scenario;

/**
 * The fields of the kernel's struct for a memory slot, as a scenario wants them.
 *
 * @param slot the slot id, the address space in the high 16 bits
 * @param flags bit 0 logs dirty pages, bit 1 read-only, bit 2 guest_memfd
 * @param gpa where it begins in the guest
 * @param size in bytes; 0 deletes it
 * @param userspace where its bytes lie in the VMM
 * @param offset where it begins in the guest memory
 */
public record SlotNumbers(int slot, long flags, long gpa, long size, long userspace, long offset) {}
