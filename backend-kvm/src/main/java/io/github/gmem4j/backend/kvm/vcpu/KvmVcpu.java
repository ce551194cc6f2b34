package io.github.gmem4j.backend.kvm.vcpu;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.guest.PlainHypercall;
import io.github.gmem4j.api.memory.ByteCount;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.KernelException;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.GpaRange;
import io.github.gmem4j.api.vm.KickWatch;
import io.github.gmem4j.api.vm.KickWatches;
import io.github.gmem4j.api.vm.Prefault;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.Vcpu;
import io.github.gmem4j.backend.kvm.layout.ExitReason;
import io.github.gmem4j.backend.kvm.layout.PreFaultMemory;
import io.github.gmem4j.backend.kvm.layout.RunStruct;
import io.github.gmem4j.backend.kvm.lifetime.Acquired;
import io.github.gmem4j.backend.kvm.lifetime.Descriptor;
import io.github.gmem4j.backend.kvm.probe.Device;
import io.github.gmem4j.backend.kvm.syscall.Returned;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A real vCPU. Its guest is a few instructions of 64-bit code that do one command at a time, see
 * {@link GuestStub}; between two commands KVM_RUN comes back and the next is told.
 *
 * <p>Unlike the api asks, {@link #close} may be called while another thread runs: it is kicked out,
 * and its {@code run()} fails with EBADF. A listener inside {@code run()} may close this vCPU, any
 * other and the VM; whatever runs then is closed when its {@code run()} unwinds, and nobody waits.
 *
 * <p>Where accesses take the kind that the page has, a memory fault of a frame that an open guest
 * memory backs is out of date: another vCPU's conversion came between KVM's look at the state and
 * its look for the page. The guest then simply runs again, at most {@value #MOST_STALE_FAULTS}
 * times for one access; after that the fault is told.
 */
public final class KvmVcpu implements Vcpu {
  /** How many faults in a row that are out of date are not told. */
  public static final int MOST_STALE_FAULTS = 100;

  private static final Exit.Failed WITH_VM = new Exit.Failed(Errno.EIO, "the VM is closed");

  private final int id;
  private final Processor processor;
  private final StubBlock block;
  private final GuestScript script;
  private final RoadListener listener;
  private final KickWatches watches = new KickWatches();
  private final GuestFrames frames;
  private final Running running;
  private Open open = Open.NOTHING;
  private @Nullable Exit untold;
  private boolean replied;

  /** How many faults in a row were out of date. */
  private int staleFaults;

  /** Whether the guest is to begin anew: its program was replaced, or it shut down. */
  private boolean anew;

  /** What the mailbox holds and the guest has not reported yet; null: nothing. */
  private @Nullable GuestCommand told;

  private int privilege;

  private KvmVcpu(
      int id,
      Processor processor,
      StubBlock block,
      GuestScript script,
      RoadListener listener,
      GuestFrames frames,
      Consumer<KvmVcpu> gone) {
    this.id = id;
    this.processor = processor;
    this.block = block;
    this.script = script;
    this.listener = listener;
    this.frames = frames;
    this.running =
        new Running(
            id,
            this::nudge,
            watches::tell,
            () -> {
              processor.close();
              gone.accept(this);
            });
  }

  /**
   * Creates a vCPU. Calls the policy: not under a lock.
   *
   * @param gone told once the vCPU is closed and nobody runs it
   * @throws KernelException if the kernel refuses
   */
  // Only this module calls it.
  @SuppressWarnings("exports")
  public static KvmVcpu create(
      Device device,
      Descriptor vm,
      int id,
      StubRegion region,
      Gate gate,
      ConversionPolicy policy,
      GuestFrames frames,
      RoadListener listener,
      GuestProgram program,
      Consumer<KvmVcpu> gone) {
    GuestScript script = new GuestScript(id, policy, frames, listener, program);
    try (Acquired acquired = new Acquired()) {
      StubBlock block = region.next();
      acquired.add(region, region::leave);
      Processor processor = Processor.create(device, vm, id, block, gate);
      return acquired.keep(
          new KvmVcpu(
              id,
              processor,
              block,
              script,
              listener,
              frames,
              vcpu -> {
                region.leave();
                gone.accept(vcpu);
              }));
    }
  }

  @Override
  public int id() {
    return id;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException if another thread runs this vCPU, or this one from a listener
   */
  @Override
  public Exit run(Reply reply) {
    return running.run(() -> runAndTell(reply));
  }

  private Exit runAndTell(Reply reply) {
    Exit exit = untold;
    if (exit == null) {
      listener.on(new RoadEvent.RunEntered(id, reply));
      exit = runInside(reply);
    }
    // An exit is not lost where the listener throws: the next run() returns it.
    untold = exit;
    listener.on(new RoadEvent.RunLeft(id, exit));
    untold = null;
    return exit;
  }

  private Exit runInside(Reply reply) {
    Exit.Failed over = running.ended();
    if (over != null) {
      return over;
    }
    if (!replied && !open.takes(reply)) {
      return new Exit.Failed(Errno.EINVAL, "the last exit has no place for this reply: " + reply);
    }
    Exit exit;
    try {
      if (!replied) {
        take(reply);
      }
      exit = loop();
    } catch (KernelException e) {
      exit = new Exit.Failed(e.errno(), e.reason());
    }
    replied = false;
    return exit;
  }

  /** Should a listener throw from here on, the reply was taken all the same. */
  private void take(Reply reply) {
    open.answer(reply, processor.struct());
    boolean inCall = open == Open.CALL;
    open = Open.NOTHING;
    replied = true;
    if (inCall) {
      script.reentered(reply);
    }
  }

  private Exit loop() {
    MemorySegment struct = processor.struct();
    while (true) {
      Exit above = prepare();
      if (above != null) {
        return above;
      }
      // Listeners were told something, and may have closed this vCPU.
      Exit.Failed over = running.ended();
      if (over != null) {
        return over;
      }
      // The kernel leaves the reason alone where it has none to give.
      RunStruct.EXIT_REASON.set(struct, ExitReason.UNKNOWN);
      Returned returned = processor.enter();
      Exit exit = handle(ExitDecoder.decode(returned, struct), struct);
      if (exit != null) {
        return exit;
      }
    }
  }

  /** Tells the guest what to do, unless it is still at it. Not null: nothing, but to leave. */
  private @Nullable Exit prepare() {
    if (anew) {
      // What the last exit left open would be completed on top of the new registers.
      processor.kick().completeOnly(processor.struct(), processor::enter);
      processor.reset(block);
      privilege = 0;
      anew = false;
      told = null;
    }
    if (told == null) {
      switch (script.next()) {
        case GuestCommand command -> tell(command);
        case Decoded.ToVmm left -> {
          open = left.open();
          return left.exit();
        }
      }
    }
    return null;
  }

  private void tell(GuestCommand command) {
    int wanted = command instanceof GuestCommand.Call call ? privilegeOf(call.hypercall()) : 0;
    if (wanted != privilege) {
      processor.setPrivilege(wanted);
      privilege = wanted;
    }
    block.tell(command);
    told = command instanceof GuestCommand.Halt ? null : command;
  }

  private static int privilegeOf(PlainHypercall call) {
    int level = call.privilegeLevel();
    if (level != 0 && level != 3) {
      throw new IllegalArgumentException("64-bit code runs at level 0 or 3: " + call);
    }
    return level;
  }

  /** Null: the guest goes on. */
  private @Nullable Exit handle(Decoded decoded, MemorySegment struct) {
    return switch (decoded) {
      case Decoded.ToVmm(Exit.MemoryFault fault, Open nothing) when isOutOfDate(fault) -> {
        staleFaults++;
        yield null;
      }
      case Decoded.ToVmm left -> {
        staleFaults = 0;
        open = left.open();
        yield left.exit();
      }
      case Decoded.Reported reported -> {
        GuestCommand done = Objects.requireNonNull(told, "the guest was told nothing");
        told = null;
        staleFaults = 0;
        script.reported(done, block.result());
        yield null;
      }
      case Decoded.ShutDown down -> {
        script.excepted("the guest took an exception that it does not handle");
        anew = true;
        yield null;
      }
      case Decoded.Interrupted interrupted -> {
        // First the flag, then whether it is closed: who closes does it the other way round.
        boolean kicked = processor.kick().take(struct);
        Exit.Failed over = running.ended();
        if (over != null) {
          yield over;
        }
        yield kicked ? new Exit.Interrupted() : null;
      }
    };
  }

  private boolean isOutOfDate(Exit.MemoryFault fault) {
    return fault.errno() == Errno.EFAULT
        && staleFaults < MOST_STALE_FAULTS
        && frames.isServed(fault.gpa().gfn());
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException if another thread runs this vCPU, or this one from a listener
   */
  @Override
  public void load(GuestProgram program) {
    running.whileOut(
        "load a program into",
        () -> {
          script.load(program);
          open = Open.NOTHING;
          untold = null;
          replied = false;
          anew = true;
          staleFaults = 0;
        });
  }

  @Override
  public List<ActionResult> results() {
    return script.results();
  }

  @Override
  public void kick() {
    processor.kick().ask();
    watches.tell();
  }

  @Override
  public boolean isKicked() {
    return processor.kick().isAsked();
  }

  @Override
  public boolean isClosed() {
    return running.ended() != null;
  }

  @Override
  public KickWatch onKick(Runnable wake) {
    return watches.add(wake);
  }

  /**
   * {@inheritDoc}
   *
   * <p>The guest's code runs with interrupts off, and no call of this backend's VM types looks for
   * one: it stays pending and nothing shows it.
   */
  @Override
  public void queueInterrupt() {
    // An interrupt that is never taken and that nobody can ask for needs no memory.
  }

  @Override
  public Prefault prefault(GpaRange range, long flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment struct =
          PreFaultMemory.of(arena, range.start().value(), range.size().value(), flags);
      Returned returned = processor.prefault(struct);
      Gpa next = new Gpa(PreFaultMemory.GPA.get(struct));
      for (long gpa = range.start().value();
          Long.compareUnsigned(gpa, next.value()) < 0;
          gpa += Page.BYTES) {
        script.reached(new Gpa(gpa).gfn());
      }
      return new Prefault(
          returned.failed() ? Optional.of(returned.errno()) : Optional.empty(),
          next,
          new ByteCount(PreFaultMemory.SIZE.get(struct)));
    }
  }

  @Override
  public void close() {
    running.end(new Exit.Failed(Errno.EBADF, "vCPU " + id + " is closed"));
  }

  /** Ends the vCPU with its VM: every later {@code run()} fails with EIO. */
  public void closeWithVm() {
    running.end(WITH_VM);
  }

  /** Begins to: what {@link #closeWithVm} does without waiting. */
  public void leaveWithVm() {
    running.mark(WITH_VM);
  }

  /** Gets whoever runs it out of KVM_RUN, though nobody asked. */
  public void nudge() {
    processor.kick().nudge();
  }
}
