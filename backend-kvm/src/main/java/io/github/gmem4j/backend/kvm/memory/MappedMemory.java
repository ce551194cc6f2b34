package io.github.gmem4j.backend.kvm.memory;

import io.github.gmem4j.api.memory.PageIndex;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.backend.kvm.lifetime.Mapped;
import java.util.function.Supplier;

/** What a mapping asks of the memory behind it. Thread-safe. */
interface MappedMemory {
  /** Returns how many pages there are. */
  long pages();

  /** Returns a page's state. */
  Shareability shareability(PageIndex page);

  /** Returns the references that were taken through mappings. */
  PinLedger pins();

  /**
   * Maps the same pages once more.
   *
   * @throws io.github.gmem4j.api.memory.KernelException if the kernel refuses
   */
  Mapped mapAgain(Mapped mapped);

  /**
   * Does something during which no page changes hands, where it is not the kernel that sees to it.
   */
  default <T> T whileStatesStand(Supplier<T> action) {
    return action.get();
  }

  /** A mapping goes. */
  default void unmapped(Mapped mapped) {}
}
