package io.github.gmem4j.core.kernel;

import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.api.seam.FaultInjector;
import io.github.gmem4j.api.seam.FaultSite;
import io.github.gmem4j.core.lock.LockLevel;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** One simulated host: what all its VMs and memories have in common. Thread-safe. */
public final class HostKernel {
  /**
   * End of the addresses that a process may use, with four levels of page tables: a page below
   * 2^47. Source: Linux {@code TASK_SIZE}; {@code mm/mmap.c}, {@code __get_unmapped_area}.
   */
  public static final long USER_ADDRESS_LIMIT = (1L << 47) - Page.BYTES;

  /** Fault site: a page cannot be allocated. The subject is its index in the memory. */
  public static final FaultSite ALLOCATE_PAGE = new FaultSite("core.allocate-page");

  /** Fault site: bookkeeping for a conversion cannot be reserved. The subject is its first page. */
  public static final FaultSite RESERVE_STATE = new FaultSite("core.reserve-state");

  /**
   * Fault site: somebody in the kernel looks at a page just as its references are counted, as a
   * scanner does, or the fault of a host process or vCPU that is busy there. The conversion is
   * EAGAIN. The subject is the page's index in the memory.
   */
  public static final FaultSite TRANSIENT_REFERENCE = new FaultSite("core.transient-reference");

  /**
   * Fault site: a conversion comes between a vCPU's two looks at the state of the page it touches.
   * The memory fault that it exits with is out of date: it names the kind of access that was right
   * before, where accesses follow the state; where the guest issues the kind, one that is right
   * now. The subject is the frame. Source: Linux {@code arch/x86/kvm/mmu/mmu.c}, {@code
   * kvm_mmu_page_fault} and {@code kvm_mmu_faultin_pfn}, which look one after the other.
   */
  public static final FaultSite FAULT_OUT_OF_DATE = new FaultSite("core.fault-out-of-date");

  private final KernelGeneration generation;
  private final InstantSource clock;
  private final FaultInjector faults;
  private final RoadListener listener;
  private final boolean heard;
  private final AtomicLong nextPfn = new AtomicLong(1);
  private final Map<Folio, String> quarantine = new ConcurrentHashMap<>();

  /** Creates a host. */
  public HostKernel(
      KernelGeneration generation,
      InstantSource clock,
      FaultInjector faults,
      RoadListener listener) {
    this.generation = generation;
    this.clock = clock;
    this.faults = faults;
    this.listener = listener;
    this.heard = !listener.equals(RoadListener.NONE);
  }

  /** Returns the generation of the interface. */
  public KernelGeneration generation() {
    return generation;
  }

  /** Returns the time. */
  public InstantSource clock() {
    return clock;
  }

  /** Returns who decides whether something goes wrong. */
  public FaultInjector faults() {
    return faults;
  }

  /** Returns a page frame number that no page of this host has had. */
  public long nextPfn() {
    return nextPfn.getAndIncrement();
  }

  /** Takes a page out of use for good: it is kept, so that nobody gets it again. */
  public void quarantined(Folio page, String reason) {
    quarantine.put(page, reason);
  }

  /** Returns how many pages are out of use for good. */
  public int quarantinedPages() {
    return quarantine.size();
  }

  /** Tells whether anybody listens, so that events are only made when they are heard. */
  public boolean isHeard() {
    return heard;
  }

  /** Tells the listener. No lock may be held. */
  public void emit(RoadEvent event) {
    assert LockLevel.noneHeld() : "a listener must not be called under a lock: " + event;
    listener.on(event);
  }
}
