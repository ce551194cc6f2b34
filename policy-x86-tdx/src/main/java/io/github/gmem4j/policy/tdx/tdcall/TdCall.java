package io.github.gmem4j.policy.tdx.tdcall;

import io.github.gmem4j.api.guest.PlatformInstruction;
import io.github.gmem4j.api.vm.Gpa;

/** TDCALL: a guest asks the TDX module for something about one private page. */
public sealed interface TdCall extends PlatformInstruction {
  /**
   * TDG.MEM.PAGE.ACCEPT: take a page that the host has added; it then holds zeroes.
   *
   * @param gpa RCX bits 51:12, where the page begins
   * @param size RCX bits 2:0, the size at which the guest wants it
   */
  record AcceptPage(Gpa gpa, PageSize size) implements TdCall {
    /** The call's number in RAX. */
    public static final int LEAF = 6;
  }

  /**
   * TDG.MEM.PAGE.RELEASE: give an accepted page back, so that the host may take it. Only where
   * devices are assigned to the TD (TDX Connect) does the host need this.
   *
   * @param gpa RCX bits 51:12, where the page begins
   * @param size RCX bits 2:0, the size at which it is mapped
   */
  record ReleasePage(Gpa gpa, PageSize size) implements TdCall {
    /** The call's number in RAX. */
    public static final int LEAF = 30;
  }

  /** Returns where the page begins. */
  Gpa gpa();

  /** Returns the size the guest names. */
  PageSize size();
}
