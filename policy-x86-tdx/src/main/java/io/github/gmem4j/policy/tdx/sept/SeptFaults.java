package io.github.gmem4j.policy.tdx.sept;

import io.github.gmem4j.api.seam.FaultSite;

/**
 * Where the platform can be made to go wrong. The subject is a guest frame number, that of the
 * first frame of the entry, unless a site says otherwise.
 *
 * <p>Every lock of the TDX module is tried once and never waited for: a "busy" site stands for
 * somebody else holding one. Unless a site says otherwise, it is the lock of the entry.
 */
public final class SeptFaults {
  /**
   * A host operation on an entry finds the S-EPT tree locked, by a vCPU that enters in zero-step
   * mitigation.
   */
  public static final FaultSite SEPT_TREE_BUSY = new FaultSite("tdx.sept-tree.busy");

  /** TDH.MEM.SEPT.ADD finds a lock held. */
  public static final FaultSite SEPT_ADD_BUSY = new FaultSite("tdx.sept-add.busy");

  /** TDH.MEM.PAGE.ADD finds the TD's root page in use: it needs that page to itself. */
  public static final FaultSite PAGE_ADD_BUSY = new FaultSite("tdx.page-add.busy");

  /** TDH.MEM.PAGE.AUG finds a lock held, such as by a guest inside an accept. */
  public static final FaultSite PAGE_AUG_BUSY = new FaultSite("tdx.page-aug.busy");

  /** TDH.MEM.RANGE.BLOCK finds a lock held. */
  public static final FaultSite RANGE_BLOCK_BUSY = new FaultSite("tdx.range-block.busy");

  /** TDH.MEM.RANGE.UNBLOCK finds a lock held. */
  public static final FaultSite RANGE_UNBLOCK_BUSY = new FaultSite("tdx.range-unblock.busy");

  /** TDH.MEM.TRACK finds the epoch locked by an entering vCPU; the subject is the epoch. */
  public static final FaultSite TRACK_BUSY = new FaultSite("tdx.track.busy");

  /** TDH.MEM.PAGE.REMOVE finds a lock held, such as by a guest inside an accept. */
  public static final FaultSite PAGE_REMOVE_BUSY = new FaultSite("tdx.page-remove.busy");

  /** TDH.MEM.PAGE.DEMOTE finds a lock held. */
  public static final FaultSite PAGE_DEMOTE_BUSY = new FaultSite("tdx.page-demote.busy");

  /** TDH.MEM.PAGE.DEMOTE sees a host interrupt pending. */
  public static final FaultSite PAGE_DEMOTE_INTERRUPTED =
      new FaultSite("tdx.page-demote.interrupted");

  /** TDH.MEM.PAGE.PROMOTE finds a lock held. */
  public static final FaultSite PAGE_PROMOTE_BUSY = new FaultSite("tdx.page-promote.busy");

  /** TDH.MEM.PAGE.PROMOTE sees a host interrupt pending. */
  public static final FaultSite PAGE_PROMOTE_INTERRUPTED =
      new FaultSite("tdx.page-promote.interrupted");

  /** TDH.PHYMEM.PAGE.WBINVD finds a lock held; the subject is a page frame number. */
  public static final FaultSite PAGE_WBINVD_BUSY = new FaultSite("tdx.page-wbinvd.busy");

  /** TDG.MEM.PAGE.ACCEPT finds the entry locked by the host, or by another vCPU. */
  public static final FaultSite PAGE_ACCEPT_BUSY = new FaultSite("tdx.page-accept.busy");

  /** An interrupt arrives in TDG.MEM.PAGE.ACCEPT after a 4 KiB page; the subject is its frame. */
  public static final FaultSite PAGE_ACCEPT_INTERRUPTED =
      new FaultSite("tdx.page-accept.interrupted");

  /** KVM has no memory for the table that a split needs. */
  public static final FaultSite SPLIT_ALLOCATION = new FaultSite("tdx.split.allocate-table");

  private SeptFaults() {}
}
