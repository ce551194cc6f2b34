package io.github.gmem4j.conformance.pkvm.kvm;

import io.github.gmem4j.conformance.pkvm.host.Touch;

/** What KVM does about one VM's faults, by the kind of VM. */
sealed interface Stage2 permits ProtectedStage2, OrdinaryStage2 {
  /** A guest touches a frame that a slot contains. */
  GuestAccess touch(Slot slot, long gfn, Touch touch);

  /**
   * The host takes a page of the host memory away from its address, or changes what may be done.
   */
  void taken(long hostPage, Iterable<Slot> slots);

  /** The guest loses what a slot showed it. */
  void gone(Slot slot);

  /** The VM ends: the host gets every page back. */
  void destroy();
}
