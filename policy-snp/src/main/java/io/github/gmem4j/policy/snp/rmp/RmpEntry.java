package io.github.gmem4j.policy.snp.rmp;

import io.github.gmem4j.policy.snp.ghcb.PageSize;

/**
 * One entry of the reverse map table: who owns a physical page.
 *
 * <p>Source: AMD64 Architecture Programmer's Manual volume 2, 15.36.3 to 15.36.5.
 *
 * @param assigned whether a guest or the firmware owns the page, not the hypervisor
 * @param size how much the entry covers; one of 2 MiB stands at its first page
 * @param immutable whether only the firmware may change the entry
 * @param gfn the only guest frame that may lead to the page
 * @param asid the guest; 0 for the hypervisor and the firmware
 * @param vmsa whether the page may hold a vCPU's state
 * @param validated whether the guest has taken the page
 * @param permissions what the guest's privilege levels may do
 */
public record RmpEntry(
    boolean assigned,
    PageSize size,
    boolean immutable,
    long gfn,
    int asid,
    boolean vmsa,
    boolean validated,
    VmplPermissions permissions) {
  /** A page of the hypervisor: shared, or nobody's yet. */
  public static final RmpEntry HYPERVISOR =
      new RmpEntry(false, PageSize.KIB_4, false, 0, 0, false, false, VmplPermissions.INITIAL);

  /** Tells whether a guest owns the page and reaches it at a frame. */
  public boolean isOf(int guest, long frame) {
    return assigned && asid == guest && gfn == frame;
  }

  /** Returns the entry of one of its pages, as PSMASH leaves it: all but the frame is copied. */
  RmpEntry part(long page) {
    return new RmpEntry(
        assigned, PageSize.KIB_4, immutable, gfn + page, asid, vmsa, validated, permissions);
  }

  RmpEntry withValidated(boolean value) {
    return new RmpEntry(assigned, size, immutable, gfn, asid, vmsa, value, permissions);
  }

  RmpEntry withImmutable(boolean value) {
    return new RmpEntry(assigned, size, value, gfn, asid, vmsa, validated, permissions);
  }

  RmpEntry withVmpl(VmplPermissions value, boolean asVmsa) {
    return new RmpEntry(assigned, size, immutable, gfn, asid, asVmsa, validated, value);
  }
}
