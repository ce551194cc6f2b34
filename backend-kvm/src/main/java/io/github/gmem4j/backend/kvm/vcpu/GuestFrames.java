package io.github.gmem4j.backend.kvm.vcpu;

import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.vm.Gfn;

/** What a VM knows of its guest's frames. Thread-safe. */
public interface GuestFrames {
  /** Returns who may touch a frame, as last told to the kernel; shared where there is no slot. */
  Shareability stateOf(Gfn frame);

  /**
   * Notes that the guest reached a frame.
   *
   * @return whether it is the first time since KVM must have dropped its mapping
   */
  boolean reached(Gfn frame);

  /**
   * Tells whether a frame can be served whatever its state is: accesses take the kind that the page
   * has, and a slot with an open guest memory is there. A fault in such a frame only says that the
   * state changed while KVM looked.
   */
  boolean isServed(Gfn frame);

  /** Tells whether hypercalls about memory leave {@code run()}. */
  boolean mapGpaExits();
}
