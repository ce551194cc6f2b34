package io.github.gmem4j.backend.kvm.vcpu;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.guest.InstructionResult;
import io.github.gmem4j.api.guest.PlatformInstruction;
import io.github.gmem4j.api.memory.Errno;
import io.github.gmem4j.api.memory.KernelException;
import io.github.gmem4j.api.memory.Page;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.ConversionPolicy;
import io.github.gmem4j.api.policy.GuestKernel;
import io.github.gmem4j.api.policy.GuestMove;
import io.github.gmem4j.api.policy.Substitute;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.api.vm.Gfn;
import io.github.gmem4j.api.vm.Gpa;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.api.vm.VmType.AccessRule;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A program and how far it has come: turns actions into commands for the guest's code, and what the
 * guest reports into results. A request is played move by move, as the guest kernel decides.
 *
 * <p>Used by the thread that runs the vCPU; {@link #results} by any.
 */
final class GuestScript {
  private static final GuestCommand HALT = new GuestCommand.Halt();

  private final int vcpu;
  private final GuestKernel kernel;
  private final boolean saysKind;
  private final Paravisor paravisor;
  private final GuestFrames frames;
  private final RoadListener listener;
  private final List<ActionResult> results = Collections.synchronizedList(new ArrayList<>());
  private List<GuestAction> actions;
  private int at;
  private boolean begun;
  private @Nullable GuestMove move;
  private Paravisor.@Nullable Said said;
  private @Nullable Clearing clearing;

  /** An instruction that is being done by clearing pages. */
  private record Clearing(long next, long end, InstructionResult result) {}

  GuestScript(
      int vcpu,
      ConversionPolicy policy,
      GuestFrames frames,
      RoadListener listener,
      GuestProgram program) {
    this.vcpu = vcpu;
    this.kernel = policy.guest();
    this.saysKind = policy.traits().vmType().accessRule() == AccessRule.AS_ISSUED;
    this.paravisor = new Paravisor(vcpu, policy.kvm(), frames);
    this.frames = frames;
    this.listener = listener;
    this.actions = program.actions();
  }

  void load(GuestProgram program) {
    actions = program.actions();
    at = 0;
    forget();
    results.clear();
  }

  private void forget() {
    begun = false;
    move = null;
    said = null;
    clearing = null;
  }

  List<ActionResult> results() {
    synchronized (results) {
      return List.copyOf(results);
    }
  }

  /** The VMM runs the vCPU again after an exit that left {@link Open#CALL}. */
  void reentered(Reply reply) {
    said = paravisor.reentered(reply);
  }

  /**
   * Returns what is to come next. Actions that need no guest are finished on the way.
   *
   * @throws KernelException EOPNOTSUPP if the guest means another kind of access than the page has:
   *     where nothing of its architecture is beneath, an access takes the page's kind
   */
  NextMove next() {
    while (at < actions.size()) {
      GuestAction action = actions.get(at);
      if (!begun) {
        begun = true;
        listener.on(new RoadEvent.ActionBegun(vcpu, action));
      }
      NextMove next =
          switch (action) {
            case GuestAction.Touch touch -> access(touch.as(), new GuestCommand.Load(touch.at()));
            case GuestAction.Read read -> access(read.as(), new GuestCommand.Load(read.at()));
            case GuestAction.Write write ->
                access(write.as(), new GuestCommand.Store(write.at(), write.value()));
            case GuestAction.Call call -> call(call.call());
            case GuestAction.Execute execute -> execute(execute.instruction());
            case GuestAction.Request request -> request(request);
          };
      if (next != null) {
        return next;
      }
    }
    return HALT;
  }

  private @Nullable GuestCommand access(Shareability as, GuestCommand command) {
    Gpa gpa = StubBlock.shown(command).orElseThrow();
    if (Long.compareUnsigned(gpa.value(), StubBlock.ADDRESS_LIMIT) >= 0) {
      finish(new ActionResult.Excepted("no page table can name " + gpa));
      return null;
    }
    checkKind(gpa, as);
    return command;
  }

  private void checkKind(Gpa gpa, Shareability as) {
    Shareability state = frames.stateOf(gpa.gfn());
    if (saysKind && state != as) {
      throw new KernelException(
          Errno.EOPNOTSUPP,
          "a %s access of %s, which is %s: here an access takes the page's kind"
              .formatted(as, gpa, state));
    }
  }

  private @Nullable NextMove call(GuestCall call) {
    Paravisor.Said current = said;
    if (current == null) {
      current = paravisor.called(call);
      said = current;
    }
    return switch (current) {
      case Paravisor.Said.Ask ask -> new GuestCommand.Call(ask.hypercall());
      case Paravisor.Said.Leave leave -> {
        said = null;
        yield new Decoded.ToVmm(leave.exit(), leave.open());
      }
      case Paravisor.Said.Return done -> {
        said = null;
        returned(done.result());
        yield null;
      }
      case Paravisor.Said.Stuck stuck -> {
        finish(new ActionResult.Excepted(stuck.reason()));
        yield null;
      }
    };
  }

  private @Nullable GuestCommand execute(PlatformInstruction instruction) {
    Clearing current = clearing;
    if (current == null) {
      Substitute substitute = kernel.substitute(instruction).orElse(null);
      switch (substitute) {
        case null -> {
          finish(new ActionResult.Excepted("undefined instruction: " + instruction));
          return null;
        }
        case Substitute.Answer answer -> {
          executed(answer.result());
          return null;
        }
        case Substitute.Clear clear -> {
          long start = clear.range().start().value();
          current = new Clearing(start, start + clear.range().size().value(), clear.result());
          clearing = current;
        }
      }
    }
    if (current.next() == current.end()) {
      clearing = null;
      executed(current.result());
      return null;
    }
    return access(Shareability.PRIVATE, new GuestCommand.Clear(new Gpa(current.next())));
  }

  private @Nullable NextMove request(GuestAction.Request request) {
    GuestMove current = move;
    if (current == null) {
      current = kernel.begin(request.range(), request.target());
      enter(current);
    }
    return switch (current) {
      case GuestMove.Call call -> call(call.call());
      case GuestMove.Execute execute -> execute(execute.instruction());
      case GuestMove.Done done -> {
        finish(new ActionResult.Fulfilled());
        yield null;
      }
      case GuestMove.GiveUp giveUp -> {
        finish(new ActionResult.GaveUp(giveUp.reason()));
        yield null;
      }
      case GuestMove.Halt halt -> HALT;
    };
  }

  private void enter(GuestMove next) {
    move = next;
    switch (next) {
      case GuestMove.Call call -> listener.on(new RoadEvent.CallMade(vcpu, call.call()));
      case GuestMove.Execute execute ->
          listener.on(new RoadEvent.InstructionExecuted(vcpu, execute.instruction()));
      case GuestMove.Done done -> {}
      case GuestMove.GiveUp giveUp -> {}
      case GuestMove.Halt halt -> {}
    }
  }

  /** The guest reports that it has done a command. */
  void reported(GuestCommand command, long result) {
    StubBlock.shown(command).ifPresent(gpa -> reached(gpa.gfn()));
    switch (command) {
      case GuestCommand.Load load when actions.get(at) instanceof GuestAction.Touch ->
          finish(new ActionResult.Touched());
      case GuestCommand.Load load -> finish(new ActionResult.Loaded((byte) result));
      case GuestCommand.Store store -> finish(new ActionResult.Stored());
      case GuestCommand.Clear clear -> {
        Clearing done = Objects.requireNonNull(clearing, "no page is being cleared");
        clearing = new Clearing(done.next() + Page.BYTES, done.end(), done.result());
      }
      case GuestCommand.Call call -> said = paravisor.answered(result);
      case GuestCommand.Halt halt -> throw new IllegalStateException("a guest that halts reports");
    }
  }

  /** The guest has reached a frame, or KVM has mapped it for the guest ahead of time. */
  void reached(Gfn frame) {
    if (frames.reached(frame)) {
      listener.on(new RoadEvent.PageMapped(vcpu, frame, frames.stateOf(frame)));
    }
  }

  private void returned(GuestResult result) {
    if (move instanceof GuestMove.Call call) {
      listener.on(new RoadEvent.CallReturned(vcpu, call.call(), result));
      enter(kernel.afterCall(call.progress(), result));
    } else {
      finish(new ActionResult.Returned(result));
    }
  }

  private void executed(InstructionResult result) {
    if (move instanceof GuestMove.Execute execute) {
      enter(kernel.afterInstruction(execute.progress(), result));
    } else {
      finish(new ActionResult.Executed(result));
    }
  }

  /** The guest took an exception that it could not handle. */
  void excepted(String reason) {
    if (at < actions.size()) {
      finish(new ActionResult.Excepted(reason));
    }
  }

  private void finish(ActionResult result) {
    GuestAction action = actions.get(at);
    results.add(result);
    at++;
    forget();
    listener.on(new RoadEvent.ActionFinished(vcpu, action, result));
  }
}
