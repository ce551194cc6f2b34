package io.github.gmem4j.core.vcpu;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.guest.PlatformInstruction;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.policy.Execution;
import io.github.gmem4j.api.policy.GuestFault;
import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.api.policy.GuestMove;
import io.github.gmem4j.api.policy.Interception;
import io.github.gmem4j.api.policy.KvmSeat;
import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.policy.VcpuView;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.core.boundary.Answered;
import io.github.gmem4j.core.vm.InMemoryVm;
import io.github.gmem4j.core.vm.VcpuPresence;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The loop inside {@code run()} of one vCPU.
 *
 * <p>The current action is one of the program's; a request among them is played move by move, as
 * the guest kernel of the policy decides. Between two {@code run()} calls the whole state is: the
 * program, the place in it, the move under way, what the last exit left open. One thread at a time.
 */
final class GuestRun {
  private final InMemoryVm vm;
  private final int id;
  private final AtomicBoolean kicked;
  private final AtomicBoolean eventPending;
  private final BooleanSupplier closed;
  private final GuestAccess accesses;
  private final Decisions decisions;
  private final Beneath beneath;
  private final Progress progress;
  private @Nullable GuestMove move;
  private @Nullable GuestCall passedOn;
  private Unfinished unfinished = Unfinished.NOTHING;
  private boolean replied;
  // Whether the platform has let this vCPU run; it is not asked again then.
  private boolean launched;

  /**
   * Begins a program.
   *
   * @param kicked taken when the guest is left for it
   * @param eventPending whether an interrupt waits for the guest
   * @param closed whether the vCPU was closed
   */
  GuestRun(
      InMemoryVm vm,
      VcpuPresence presence,
      AtomicBoolean kicked,
      AtomicBoolean eventPending,
      BooleanSupplier closed,
      GuestProgram program) {
    this.vm = vm;
    this.id = presence.id();
    this.kicked = kicked;
    this.eventPending = eventPending;
    this.closed = closed;
    this.beneath = new Beneath(vm, presence);
    this.accesses =
        new GuestAccess(vm, presence, () -> kicked.get() || closed.getAsBoolean() || vm.isClosed());
    this.decisions = new Decisions(vm, id, this::view);
    this.progress = new Progress(program);
  }

  GuestAccess accesses() {
    return accesses;
  }

  List<ActionResult> results() {
    return progress.results();
  }

  /** Replaces the program. */
  void load(GuestProgram program) {
    progress.load(program);
    move = null;
    forget();
  }

  /** What an exit left open belongs to a guest that is no more. */
  void forget() {
    unfinished = Unfinished.NOTHING;
    replied = false;
    GuestCall abandoned = passedOn;
    passedOn = null;
    decisions.forget();
    if (abandoned != null) {
      beneath.abandoned(abandoned);
    }
  }

  /**
   * Completes what the last exit left open and goes on in the guest until something needs the VMM.
   * What is thrown meanwhile comes through, and the next call goes on where this one was.
   */
  Exit run(Reply reply) {
    try {
      Exit exit = enter(reply);
      replied = false;
      // What the guest of a closed VM runs into, as its slots go, is nobody's business.
      Exit over = (closed.getAsBoolean() || vm.isClosed()) ? dead() : null;
      return over == null ? exit : over;
    } finally {
      beneath.leave();
    }
  }

  private Exit enter(Reply reply) {
    Exit exit = dead();
    if (exit == null && !replied) {
      exit = complete(reply);
    }
    // Should a listener or the policy throw from here on, the reply was taken all the same.
    replied = true;
    if (exit == null) {
      exit = unlaunched();
    }
    while (exit == null) {
      if (kicked.getAndSet(false)) {
        return new Exit.Interrupted();
      }
      GuestAction action = progress.current();
      exit = action == null ? new Exit.Halt() : execute(action);
      if (exit == null) {
        exit = dead();
      }
    }
    return exit;
  }

  private @Nullable Exit unlaunched() {
    if (launched) {
      return null;
    }
    Optional<String> objection = vm.mmu().objectionToRunning();
    launched = objection.isEmpty();
    return objection.map(why -> new Exit.Failed(Errno.EINVAL, why)).orElse(null);
  }

  private @Nullable Exit dead() {
    if (closed.getAsBoolean()) {
      return new Exit.Failed(Errno.EBADF, "vCPU " + id + " is closed");
    }
    return vm.mmu().deadBecause().map(why -> new Exit.Failed(Errno.EIO, why)).orElse(null);
  }

  /** Completes what the last exit left open. Null: go on in the guest. */
  private @Nullable Exit complete(Reply reply) {
    Unfinished open = unfinished;
    return switch (open) {
      case Unfinished.Nothing nothing -> reply instanceof Reply.Resume ? null : unexpected(reply);
      case Unfinished.Decision decision -> {
        if (reply instanceof Reply.Data) {
          yield unexpected(reply);
        }
        // KVM sets the return value to 0 before the exit, for a VMM that never writes it.
        Reply answer =
            decision.answerable() && reply instanceof Reply.Resume ? Reply.Answer.DONE : reply;
        Step step = answered("onReentry", kvm().onReentry(view(), decision.pending(), answer));
        yield goOn(open, step, decision.answerable());
      }
      case Unfinished.Forgotten forgotten -> goOn(open, new Step.Return(forgotten.found()), false);
      case Unfinished.MmioLoad load -> {
        if (reply instanceof Reply.Answer) {
          yield unexpected(reply);
        }
        unfinished = Unfinished.NOTHING;
        byte value = reply instanceof Reply.Data data ? data.value() : 0;
        finish(
            progress.current() instanceof GuestAction.Read
                ? new ActionResult.Loaded(value)
                : new ActionResult.Touched());
        yield null;
      }
      case Unfinished.MmioStore store -> {
        if (!(reply instanceof Reply.Resume)) {
          yield unexpected(reply);
        }
        unfinished = Unfinished.NOTHING;
        finish(new ActionResult.Stored());
        yield null;
      }
    };
  }

  /** Carries out what completes an exit; if that fails, the exit is still to be completed. */
  private @Nullable Exit goOn(Unfinished open, Step step, boolean answerable) {
    unfinished = Unfinished.NOTHING;
    try {
      return apply(step, answerable);
    } catch (RuntimeException | Error e) {
      unfinished = open;
      throw e;
    }
  }

  private static Exit unexpected(Reply reply) {
    return new Exit.Failed(Errno.EINVAL, "the last exit has no place for this reply: " + reply);
  }

  /** Executes an action as far as it goes. Null: go on. */
  private @Nullable Exit execute(GuestAction action) {
    eventPending.set(false);
    if (progress.begin() && vm.kernel().isHeard()) {
      vm.emit(new RoadEvent.ActionBegun(id, action));
    }
    return switch (action) {
      case GuestAction.Touch touch -> access(touch.at(), touch.as(), Access.Kind.TOUCH, (byte) 0);
      case GuestAction.Read read -> access(read.at(), read.as(), Access.Kind.LOAD, (byte) 0);
      case GuestAction.Write write ->
          access(write.at(), write.as(), Access.Kind.STORE, write.value());
      case GuestAction.Call call -> call(call.call());
      case GuestAction.Execute execute -> instruction(execute.instruction());
      case GuestAction.Request request -> request(request);
    };
  }

  private @Nullable Exit request(GuestAction.Request request) {
    GuestMove current = move;
    if (current == null) {
      current = answered("guest.begin", guest().begin(request.range(), request.target()));
      move = current;
      announce(current);
    }
    return switch (current) {
      case GuestMove.Call call -> call(call.call());
      case GuestMove.Execute execute -> instruction(execute.instruction());
      case GuestMove.Done done -> {
        finish(new ActionResult.Fulfilled());
        yield null;
      }
      case GuestMove.GiveUp giveUp -> {
        finish(new ActionResult.GaveUp(giveUp.reason()));
        yield null;
      }
      case GuestMove.Halt halt -> new Exit.Halt();
    };
  }

  private void announce(GuestMove next) {
    if (vm.kernel().isHeard()) {
      switch (next) {
        case GuestMove.Call call -> vm.emit(new RoadEvent.CallMade(id, call.call()));
        case GuestMove.Execute execute ->
            vm.emit(new RoadEvent.InstructionExecuted(id, execute.instruction()));
        case GuestMove.Done done -> {}
        case GuestMove.GiveUp giveUp -> {}
        case GuestMove.Halt halt -> {}
      }
    }
  }

  private @Nullable Exit call(GuestCall call) {
    return switch (beneath.intercept(call)) {
      case Interception.Passed passed -> passOn(call, call);
      case Interception.PassedAs other -> passOn(call, other.call());
      case Interception.Answered beneath -> {
        returned(beneath.result());
        yield null;
      }
      case Interception.NeedsPage page -> install(page.gfn());
      case Interception.Excepted excepted -> {
        finish(new ActionResult.Excepted(excepted.reason()));
        yield null;
      }
      case Interception.Fatal fatal -> {
        vm.mmu().bug(fatal.reason());
        yield dead();
      }
    };
  }

  /** KVM gets a call, which may be another than the guest made. */
  private @Nullable Exit passOn(GuestCall made, GuestCall passed) {
    passedOn = made;
    return apply(answered("onCall", kvm().onCall(view(), passed)), false);
  }

  /** Gets a page for a call or an instruction that misses it. */
  private @Nullable Exit install(Gfn gfn) {
    Served served = accesses.install(gfn.gpa().value());
    return switch (served) {
      case Served.Reached reached -> null;
      case Served.Mmio noSlot -> {
        finish(new ActionResult.Excepted("nothing lies at " + gfn));
        yield null;
      }
      default -> left(served, touchOf(gfn.gpa()));
    };
  }

  /** Carries out a decision of the KVM seat. Null: the guest goes on. */
  private @Nullable Exit apply(Step first, boolean answerable) {
    return switch (decisions.carryOut(kvm(), first, answerable)) {
      case Decided.Left left -> {
        unfinished = left.open();
        yield left.exit();
      }
      case Decided.Returned back -> {
        returned(back.result());
        yield null;
      }
      case Decided.GoesOn goesOn -> null;
    };
  }

  private void returned(GuestResult kvms) {
    GuestCall passed = passedOn;
    passedOn = null;
    GuestResult result = passed == null ? kvms : beneath.returned(passed, kvms);
    if (move instanceof GuestMove.Call call) {
      if (vm.kernel().isHeard()) {
        vm.emit(new RoadEvent.CallReturned(id, call.call(), result));
      }
      GuestMove next = answered("guest.afterCall", guest().afterCall(call.progress(), result));
      move = next;
      announce(next);
    } else {
      finish(new ActionResult.Returned(result));
    }
  }

  private @Nullable Exit instruction(PlatformInstruction instruction) {
    return switch (beneath.execute(instruction)) {
      case Execution.Finished finished -> {
        if (move instanceof GuestMove.Execute executed) {
          GuestMove next =
              answered(
                  "guest.afterInstruction",
                  guest().afterInstruction(executed.progress(), finished.result()));
          move = next;
          announce(next);
        } else {
          finish(new ActionResult.Executed(finished.result()));
        }
        yield null;
      }
      case Execution.NeedsPage page -> install(page.gfn());
      case Execution.Excepted excepted -> {
        finish(new ActionResult.Excepted(excepted.reason()));
        yield null;
      }
      case Execution.Fatal fatal -> {
        vm.mmu().bug(fatal.reason());
        yield dead();
      }
    };
  }

  private static Access touchOf(Gpa gpa) {
    return new Access(gpa.value(), Shareability.PRIVATE, Access.Kind.TOUCH, (byte) 0);
  }

  private @Nullable Exit access(Gpa gpa, Shareability as, Access.Kind kind, byte value) {
    Access access = new Access(gpa.value(), as, kind, value);
    return left(accesses.serve(access), access);
  }

  /** Turns what came of an access into an exit, or finishes the action. */
  private @Nullable Exit left(Served served, Access access) {
    return switch (served) {
      case Served.Reached reached -> {
        finish(
            switch (access.kind()) {
              case TOUCH -> new ActionResult.Touched();
              case LOAD -> new ActionResult.Loaded(reached.value());
              case STORE -> new ActionResult.Stored();
            });
        yield null;
      }
      case Served.Faulted faulted -> fault(faulted.fault());
      case Served.Mmio mmio -> {
        unfinished = access.isStore() ? new Unfinished.MmioStore() : new Unfinished.MmioLoad();
        yield new Exit.Mmio(
            new Gpa(access.gpa()),
            1,
            access.isStore() ? Optional.of(access.value()) : Optional.empty());
      }
      case Served.HostFault host -> new Exit.Failed(Errno.EFAULT, host.reason());
      case Served.Excepted excepted -> {
        finish(new ActionResult.Excepted(excepted.reason()));
        yield null;
      }
      case Served.Dead dead -> new Exit.Failed(Errno.EIO, dead.reason());
      case Served.NoMemory exhausted -> new Exit.Failed(Errno.ENOMEM, "no memory for a guest page");
      // A kick or the end: the loop looks at both.
      case Served.Again interrupted -> null;
    };
  }

  private @Nullable Exit fault(GuestFault fault) {
    return apply(answered("onFault", kvm().onFault(view(), fault)), false);
  }

  private void finish(ActionResult result) {
    GuestAction action = progress.finish(result);
    move = null;
    if (vm.kernel().isHeard()) {
      vm.emit(new RoadEvent.ActionFinished(id, action, result));
    }
  }

  private ConversionPolicy policy() {
    return vm.policy();
  }

  private KvmSeat kvm() {
    return answered("kvm", policy().kvm());
  }

  private GuestKernel guest() {
    return answered("guest", policy().guest());
  }

  private <T> T answered(String method, @Nullable T answer) {
    return Answered.by(policy(), method, answer);
  }

  private VcpuView view() {
    return new VcpuView(
        id,
        eventPending.get(),
        vm.exitsOn(Exit.MapGpaRange.NUMBER),
        vm.exitsOn(Exit.Unshare.NUMBER));
  }
}
