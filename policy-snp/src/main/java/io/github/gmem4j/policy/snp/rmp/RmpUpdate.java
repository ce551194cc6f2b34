package io.github.gmem4j.policy.snp.rmp;

import io.github.gmem4j.policy.snp.ghcb.PageSize;

/**
 * What RMPUPDATE is to write: the operand that RCX points to. It cannot set Validated, and clears
 * it.
 *
 * @param assigned whether the page leaves the hypervisor
 * @param size how much the entry is to cover
 * @param immutable whether only the firmware may change the entry afterwards
 * @param gfn the guest frame
 * @param asid the guest
 */
public record RmpUpdate(boolean assigned, PageSize size, boolean immutable, long gfn, int asid) {
  /** Returns the operand that gives a page back to the hypervisor. */
  public static RmpUpdate toHypervisor(PageSize size) {
    return new RmpUpdate(false, size, false, 0, 0);
  }

  /** Returns the operand that gives a page to a guest. */
  public static RmpUpdate toGuest(int asid, long gfn, PageSize size) {
    return new RmpUpdate(true, size, false, gfn, asid);
  }

  /** Returns the operand that gives one page to a guest whose firmware will fill it. */
  public static RmpUpdate toFirmware(int asid, long gfn) {
    return new RmpUpdate(true, PageSize.KIB_4, true, gfn, asid);
  }

  RmpEntry entry() {
    return new RmpEntry(
        assigned, size, immutable, gfn, asid, false, false, VmplPermissions.INITIAL);
  }
}
