package io.github.gmem4j.core.vcpu;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.KickWatch;
import io.github.gmem4j.api.vm.KickWatches;
import io.github.gmem4j.api.vm.Prefault;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.core.vm.InMemoryVm;
import io.github.gmem4j.core.vm.VcpuPresence;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A vCPU of the in-memory engine: who is inside, what is told, and its end. The guest runs in
 * {@link GuestRun}.
 */
public final class InMemoryVcpu implements Vcpu {
  private final InMemoryVm vm;
  private final int id;
  private final VcpuPresence presence;
  private final Prefaulting prefaulting;
  private final VcpuMutex mutex;
  private final GuestRun guest;
  private final AtomicBoolean kicked = new AtomicBoolean();
  private final AtomicBoolean eventPending = new AtomicBoolean();
  private final KickWatches watches = new KickWatches();
  private final AtomicBoolean endTold = new AtomicBoolean();
  private @Nullable Exit untold;
  private volatile boolean closed;

  /** Creates a vCPU. */
  public InMemoryVcpu(InMemoryVm vm, int id, GuestProgram program) {
    this.vm = vm;
    this.id = id;
    this.mutex = new VcpuMutex(id);
    this.presence = new VcpuPresence(id, this::ended);
    this.guest = new GuestRun(vm, presence, kicked, eventPending, () -> closed, program);
    this.prefaulting = new Prefaulting(vm, guest.accesses());
    vm.mmu().add(presence);
    // A VM that was closed meanwhile may have told its vCPUs before this was one of them.
    forgetIfEnded();
  }

  @Override
  public int id() {
    return id;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException if a thread is inside this vCPU
   */
  @Override
  public void load(GuestProgram program) {
    mutex.enter("load a program into");
    try {
      guest.load(program);
      untold = null;
    } finally {
      leave();
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>At any time and from any thread, listeners inside {@code run()} included: the run under way
   * fails with EBADF at the guest's next action, and the rest happens when it unwinds.
   */
  @Override
  public void close() {
    closed = true;
    ended();
  }

  /** The vCPU or its VM is closed. */
  private void ended() {
    forgetIfEnded();
    watches.tell();
  }

  /**
   * Drops what the kernel holds for the guest, once the end has come and nobody is inside. Whoever
   * closes and whoever leaves both look: the second of them finds the other's word.
   */
  private void forgetIfEnded() {
    if (isClosed() && mutex.tryEnter()) {
      try {
        guest.forget();
        untold = null;
        if (closed) {
          vm.mmu().remove(presence);
        }
      } finally {
        mutex.leave();
      }
      if (!endTold.getAndSet(true)) {
        vm.vcpuClosed(id);
      }
    }
  }

  private void leave() {
    mutex.leave();
    forgetIfEnded();
  }

  @Override
  public List<ActionResult> results() {
    return guest.results();
  }

  @Override
  public void kick() {
    kicked.set(true);
    watches.tell();
  }

  @Override
  public boolean isKicked() {
    return kicked.get();
  }

  @Override
  public boolean isClosed() {
    return closed || vm.isClosed();
  }

  @Override
  public KickWatch onKick(Runnable wake) {
    return watches.add(wake);
  }

  @Override
  public void queueInterrupt() {
    eventPending.set(true);
  }

  @Override
  public Prefault prefault(GpaRange range, long flags) {
    mutex.enter("prefault pages of");
    try {
      return closed
          ? new Prefault(Optional.of(Errno.EBADF), range.start(), range.size())
          : prefaulting.prefault(range, flags);
    } finally {
      leave();
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException if a thread is inside this vCPU, another or this one
   */
  @Override
  public Exit run(Reply reply) {
    mutex.enter("run");
    try {
      return told(untold == null ? entered(reply) : untold);
    } finally {
      leave();
    }
  }

  private Exit entered(Reply reply) {
    if (vm.kernel().isHeard()) {
      vm.emit(new RoadEvent.RunEntered(id, reply));
    }
    return guest.run(reply);
  }

  /** An exit is not lost where the listener throws: the next {@code run()} returns it. */
  private Exit told(Exit exit) {
    untold = exit;
    if (vm.kernel().isHeard()) {
      vm.emit(new RoadEvent.RunLeft(id, exit));
    }
    untold = null;
    return exit;
  }
}
