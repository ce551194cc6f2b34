package io.github.gmem4j.backend.kvm.vcpu;

import io.github.gmem4j.api.guest.ActionResult;
import io.github.gmem4j.api.guest.GuestAction;
import io.github.gmem4j.api.guest.GuestProgram;
import io.github.gmem4j.api.guest.GuestResult;
import io.github.gmem4j.api.policy.GuestMove;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.road.RoadListener;
import io.github.gmem4j.api.vm.Gpa;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
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
  private final GuestCode code;
  private final RoadListener listener;
  private final List<ActionResult> results = new CopyOnWriteArrayList<>();
  private List<GuestAction> actions;
  private int at;
  private boolean begun;
  private @Nullable GuestMove move;

  GuestScript(int vcpu, GuestCode code, RoadListener listener, GuestProgram program) {
    this.vcpu = vcpu;
    this.code = code;
    this.listener = listener;
    this.actions = program.actions();
  }

  void load(GuestProgram program) {
    actions = program.actions();
    at = 0;
    begun = false;
    move = null;
    results.clear();
  }

  List<ActionResult> results() {
    return List.copyOf(results);
  }

  /** Returns what the guest is to do next. Actions that need no guest are finished on the way. */
  GuestCommand next() {
    while (at < actions.size()) {
      GuestAction action = actions.get(at);
      if (!begun) {
        begun = true;
        listener.on(new RoadEvent.ActionBegun(vcpu, action));
      }
      GuestCommand command =
          switch (action) {
            case GuestAction.Touch touch -> load(touch.at());
            case GuestAction.Read read -> load(read.at());
            case GuestAction.Write write -> store(write.at(), write.value());
            case GuestAction.Call call -> new GuestCommand.Call(registers(call));
            case GuestAction.Execute execute -> undefined(execute.instruction());
            case GuestAction.Request request -> move(request);
          };
      if (command != null) {
        return command;
      }
    }
    return HALT;
  }

  private HypercallRegisters registers(GuestAction.Call call) {
    return code.hypercalls().registers(call.call());
  }

  private @Nullable GuestCommand load(Gpa gpa) {
    return isAddress(gpa) ? new GuestCommand.Load(gpa) : null;
  }

  private @Nullable GuestCommand store(Gpa gpa, byte value) {
    return isAddress(gpa) ? new GuestCommand.Store(gpa, value) : null;
  }

  private boolean isAddress(Gpa gpa) {
    boolean can = Long.compareUnsigned(gpa.value(), StubBlock.ADDRESS_LIMIT) < 0;
    if (!can) {
      finish(new ActionResult.Excepted("no page table can name " + gpa));
    }
    return can;
  }

  /** The VM types of this backend have no platform beneath: none of its instructions exists. */
  private @Nullable GuestCommand undefined(Object instruction) {
    finish(new ActionResult.Excepted("undefined instruction: " + instruction));
    return null;
  }

  private @Nullable GuestCommand move(GuestAction.Request request) {
    GuestMove current = move;
    if (current == null) {
      current = code.kernel().begin(request.range(), request.target());
      enter(current);
    }
    return switch (current) {
      case GuestMove.Call call -> new GuestCommand.Call(code.hypercalls().registers(call.call()));
      case GuestMove.Execute execute -> undefined(execute.instruction());
      case GuestMove.Done done -> {
        finish(new ActionResult.Fulfilled());
        yield null;
      }
      case GuestMove.GiveUp giveUp -> {
        finish(new ActionResult.GaveUp(giveUp.reason()));
        yield null;
      }
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
    }
  }

  /** The guest reports that it has done the command. */
  void reported(long result) {
    switch (actions.get(at)) {
      case GuestAction.Touch touch -> finish(new ActionResult.Touched());
      case GuestAction.Read read -> finish(new ActionResult.Loaded((byte) result));
      case GuestAction.Write write -> finish(new ActionResult.Stored());
      case GuestAction.Call call ->
          finish(new ActionResult.Returned(code.hypercalls().result(result)));
      case GuestAction.Request request -> returned(code.hypercalls().result(result));
      case GuestAction.Execute execute ->
          throw new IllegalStateException("the guest was never told: " + execute);
    }
  }

  private void returned(GuestResult result) {
    if (!(move instanceof GuestMove.Call call)) {
      throw new IllegalStateException("no call is under way: " + move);
    }
    listener.on(new RoadEvent.CallReturned(vcpu, call.call(), result));
    enter(code.kernel().afterCall(call.progress(), result));
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
    begun = false;
    move = null;
    listener.on(new RoadEvent.ActionFinished(vcpu, action, result));
  }
}
