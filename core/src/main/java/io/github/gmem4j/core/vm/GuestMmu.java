package io.github.gmem4j.core.vm;

import io.github.gmem4j.api.memory.GuestMemory;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.policy.Folio;
import io.github.gmem4j.api.policy.HostAttempt;
import io.github.gmem4j.api.policy.HostReach;
import io.github.gmem4j.api.policy.Platform;
import io.github.gmem4j.api.policy.PlatformHost;
import io.github.gmem4j.api.policy.SlotChange;
import io.github.gmem4j.api.policy.SlotRefusal;
import io.github.gmem4j.api.seam.FaultInjector;
import io.github.gmem4j.api.vm.GfnRange;
import io.github.gmem4j.api.vm.VmListeners;
import io.github.gmem4j.api.vm.VmType;
import io.github.gmem4j.core.boundary.Answered;
import io.github.gmem4j.core.kernel.HostKernel;
import io.github.gmem4j.core.lock.LockLevel;
import io.github.gmem4j.core.memory.Binding;
import io.github.gmem4j.core.memory.GuestSide;
import io.github.gmem4j.core.memory.PhysicalPage;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.StampedLock;
import org.jspecify.annotations.Nullable;

/**
 * A VM's MMU: the lock under which guest mappings and the platform change, and the invalidation
 * sequence that tells a guest fault that the state it has read is out of date.
 *
 * <p>A fault takes {@link #sequence} first, reads the state, finds the page, takes the lock, and
 * installs the mapping only if {@link #isStale} says no. A conversion therefore never waits for a
 * guest fault.
 */
public final class GuestMmu implements GuestSide, PlatformHost {
  private final VmType type;
  private final HostKernel kernel;
  private final ConversionPolicy policy;
  private final GuestRequests requests;
  private final VmListeners listeners;
  private final StampedLock mmuLock = new StampedLock();
  private final Set<VcpuPresence> vcpus = new LinkedHashSet<>();
  private @Nullable Platform platform;
  private boolean ownsWhatItShares;
  private long stamp;
  private volatile long sequence;
  private int inProgress;
  private long invalidStart;
  private long invalidEnd;
  private final AtomicReference<@Nullable String> bug = new AtomicReference<>();
  // Written under the lock.
  private volatile boolean torndown;

  GuestMmu(
      VmType type,
      HostKernel kernel,
      ConversionPolicy policy,
      GuestRequests requests,
      VmListeners listeners) {
    this.type = type;
    this.kernel = kernel;
    this.policy = policy;
    this.requests = requests;
    this.listeners = listeners;
  }

  void install(Platform model) {
    platform = model;
    ownsWhatItShares = model.ownsWhatItShares();
  }

  /** Takes the MMU lock. */
  public void lock() {
    assert LockLevel.MMU.enter();
    stamp = mmuLock.writeLock();
  }

  /** Releases the MMU lock. */
  public void unlock() {
    mmuLock.unlockWrite(stamp);
    assert LockLevel.MMU.leave();
  }

  /** Returns the number of invalidations that have ended. Read without the lock. */
  public long sequence() {
    return sequence;
  }

  /** Tells whether a state read at a sequence may be out of date. Under the lock. */
  public boolean isStale(long readAt, long gfn) {
    return readAt != sequence || (inProgress > 0 && gfn >= invalidStart && gfn < invalidEnd);
  }

  /** Tells whether the VM is gone. Exact under the lock; without it may change at any time. */
  @Override
  public boolean isTornDown() {
    return torndown;
  }

  /** Returns the platform. Under the lock. */
  public Platform platform() {
    Platform installed = platform;
    if (installed == null) {
      throw new IllegalStateException("no platform");
    }
    return installed;
  }

  /** Tells whether pages may be mapped ahead of their first touch; whoever maps finds the end. */
  public boolean allowsPrefault() {
    if (!hasPlatform()) {
      return true;
    }
    lock();
    try {
      return torndown || platform().allowsPrefault();
    } finally {
      unlock();
    }
  }

  /** Asks the platform whether a slot may change. */
  Optional<SlotRefusal> refusalOfSlot(SlotChange change, long flags) {
    lock();
    try {
      return torndown
          ? Optional.empty()
          : Answered.by(policy, "Platform.refusalOfSlot", platform().refusalOfSlot(change, flags));
    } finally {
      unlock();
    }
  }

  /** Returns why vCPUs may not run yet; empty if they may. */
  public Optional<String> objectionToRunning() {
    if (!hasPlatform()) {
      return Optional.empty();
    }
    lock();
    try {
      return torndown
          ? Optional.empty()
          : Answered.by(policy, "Platform.objectionToRunning", platform().objectionToRunning());
    } finally {
      unlock();
    }
  }

  /** Makes a vCPU known, so that it can be kicked. */
  public void add(VcpuPresence vcpu) {
    lock();
    try {
      vcpus.add(vcpu);
    } finally {
      unlock();
    }
  }

  /** Forgets a vCPU that was closed. No effect if it is forgotten already. */
  public void remove(VcpuPresence vcpu) {
    lock();
    try {
      vcpus.remove(vcpu);
    } finally {
      unlock();
    }
  }

  /** Returns how many vCPUs are known. */
  int vcpuCount() {
    lock();
    try {
      return vcpus.size();
    } finally {
      unlock();
    }
  }

  /** Tells the vCPUs that the VM was closed. Under no lock. */
  void tellVcpusOfClose() {
    List<VcpuPresence> known;
    lock();
    try {
      known = List.copyOf(vcpus);
    } finally {
      unlock();
    }
    known.forEach(VcpuPresence::vmClosed);
  }

  /** The VM is destroyed. Further calls have no effect. */
  void teardown() {
    lock();
    try {
      if (!torndown) {
        torndown = true;
        platform().teardown();
      }
    } finally {
      unlock();
    }
  }

  @Override
  public VmType type() {
    return type;
  }

  @Override
  public void beginInvalidation(long firstGfn, long endGfn) {
    lock();
    if (inProgress++ == 0) {
      invalidStart = firstGfn;
      invalidEnd = endGfn;
    } else {
      invalidStart = Math.min(invalidStart, firstGfn);
      invalidEnd = Math.max(invalidEnd, endGfn);
    }
  }

  @Override
  public void zapPrivate(long firstGfn, long endGfn) {
    platform().zapPrivate(GfnRange.of(firstGfn, endGfn - firstGfn));
  }

  @Override
  public void zapped() {
    unlock();
  }

  @Override
  @SuppressWarnings("NonAtomicVolatileUpdate") // written under the lock only
  public void endInvalidation() {
    lock();
    sequence++;
    inProgress--;
    unlock();
  }

  @Override
  public boolean ownsWhatItShares() {
    return ownsWhatItShares;
  }

  @Override
  public Optional<String> objectionToSharing(Folio page) {
    lock();
    try {
      return torndown
          ? Optional.empty()
          : Answered.by(policy, "Platform.objectionToSharing", platform().objectionToSharing(page));
    } finally {
      unlock();
    }
  }

  @Override
  public boolean hasPlatform() {
    return platform != NoPlatform.INSTANCE;
  }

  @Override
  public void makeShared(Folio page) {
    lock();
    try {
      if (torndown) {
        platform().reclaim(page);
      } else {
        platform().makeShared(page);
      }
    } finally {
      unlock();
    }
  }

  @Override
  public void takenFromHost(Folio page) {
    lock();
    try {
      if (!torndown) {
        platform().takenFromHost(page);
      }
    } finally {
      unlock();
    }
  }

  @Override
  public HostReach reachedByHost(Folio page, HostAttempt attempt) {
    lock();
    try {
      return torndown
          ? HostReach.EXPOSED
          : Answered.by(policy, "Platform.reachedByHost", platform().reachedByHost(page, attempt));
    } finally {
      unlock();
    }
  }

  @Override
  public void reclaim(Folio page) {
    lock();
    try {
      platform().reclaim(page);
    } finally {
      unlock();
    }
  }

  @Override
  public void overtakeByVmm(
      List<Binding> bindings, long firstPage, long endPage, Shareability target) {
    for (Binding binding : bindings) {
      long first = Math.max(firstPage, binding.firstPage());
      long end = Math.min(endPage, binding.endPage());
      if (first < end) {
        requests.overtakeByVmm(GfnRange.of(binding.gfnOf(first), end - first).bytes(), target);
      }
    }
  }

  @Override
  public void memoryClosed(GuestMemory view) {
    listeners.tell(listener -> listener.memoryClosed(view));
  }

  @Override
  public void bug(String reason) {
    bug.compareAndSet(null, reason);
  }

  /** Returns why the VM is dead; empty while it lives. */
  public Optional<String> deadBecause() {
    return Optional.ofNullable(bug.get());
  }

  @Override
  public void kickVcpus() {
    for (VcpuPresence vcpu : vcpus) {
      if (vcpu.leaveGuest() && !torndown) {
        platform().leave(vcpu.id());
      }
    }
  }

  @Override
  public void quarantine(Folio folio, String reason) {
    if (!(folio instanceof PhysicalPage page)) {
      throw new IllegalArgumentException("not a page of this host: " + folio);
    }
    page.quarantine();
    kernel.quarantined(page, reason);
  }

  @Override
  public FaultInjector faults() {
    return kernel.faults();
  }
}
