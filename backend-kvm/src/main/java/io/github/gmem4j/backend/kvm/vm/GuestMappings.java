package io.github.gmem4j.backend.kvm.vm;

import io.github.gmem4j.api.vm.Gfn;
import java.util.TreeSet;

/**
 * The frames that the guest has reached since KVM must have dropped their mappings. KVM tells
 * nobody which faults it serves: a first touch after a conversion, a punched hole or a change of
 * the slot was one. What else KVM drops, for reasons of its own, is not known here. Thread-safe.
 */
final class GuestMappings {
  private final TreeSet<Long> frames = new TreeSet<>(Long::compareUnsigned);

  /** Notes that the guest reached a frame; tells whether that was news. */
  synchronized boolean reached(Gfn frame) {
    return frames.add(frame.value());
  }

  /** KVM drops the mappings from one frame up to another. */
  synchronized void dropped(long first, long end) {
    frames.subSet(first, true, end, false).clear();
  }
}
