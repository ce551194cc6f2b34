package io.github.gmem4j.core.vcpu;

import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Pin;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.KvmSeat;
import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.policy.VcpuView;
import io.github.gmem4j.api.road.RoadEvent;
import io.github.gmem4j.api.vm.Exit;
import io.github.gmem4j.core.boundary.Answered;
import io.github.gmem4j.core.vm.InMemoryVm;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Carries out the decisions of the KVM seat for one vCPU until one leaves {@code run()}, completes
 * the guest's call or lets the guest go on.
 */
final class Decisions {
  private final InMemoryVm vm;
  private final int id;
  private final Supplier<VcpuView> view;
  // References that the kernel holds for the call under way.
  private final List<Pin> pins = new ArrayList<>();

  Decisions(InMemoryVm vm, int id, Supplier<VcpuView> view) {
    this.vm = vm;
    this.id = id;
    this.view = view;
  }

  /**
   * Carries out a decision and those that follow from it.
   *
   * @param answerable whether the exit that is being completed has a return value
   */
  Decided carryOut(KvmSeat seat, Step first, boolean answerable) {
    Step step = first;
    while (true) {
      switch (step) {
        case Step.Leave leave -> {
          return leave(leave);
        }
        case Step.Fail fail -> {
          return new Decided.Left(
              new Exit.Failed(fail.errno(), fail.reason()), unfinished(fail.pending(), answerable));
        }
        case Step.Return back -> {
          forget();
          return new Decided.Returned(back.result());
        }
        case Step.Resume resume -> {
          forget();
          return new Decided.GoesOn();
        }
        case Step.Convert convert -> step = afterConversion(seat, convert);
        case Step.Flip flip -> step = afterFlip(seat, flip);
        case Step.UnmapHost unmap -> {
          vm.backing().unmapHost(unmap.range());
          step = next(unmap.then());
        }
        case Step.Withhold withhold -> {
          vm.backing().withhold(withhold.range(), withhold.from(), withhold.mark());
          if (vm.kernel().isHeard()) {
            vm.emit(new RoadEvent.PagesWithheld(id, withhold.range(), withhold.from()));
          }
          step = next(withhold.then());
        }
        case Step.Pin pin -> step = next(afterPin(pin));
        case Step.Compare compare ->
            step =
                next(
                    vm.backing().hasState(compare.range(), compare.state())
                        ? compare.then()
                        : compare.otherwise());
      }
    }
  }

  private Step next(Step step) {
    return Answered.by(vm.policy(), "the step that follows a step", step);
  }

  private Decided leave(Step.Leave leave) {
    if (!leave.pending().equals(Pending.NONE)) {
      switch (leave.exit()) {
        case Exit.Unshare unshare -> vm.requests().open(id, unshare.range(), Shareability.PRIVATE);
        case Exit.MapGpaRange map -> vm.requests().open(id, map.range(), map.target());
        case Exit.MemoryFault fault -> vm.requests().open(id, fault.range(), fault.access());
        case Exit.Mmio mmio -> {}
        case Exit.SystemEvent event -> {}
        case Exit.Halt halt -> {}
        case Exit.Interrupted interrupted -> {}
        case Exit.Failed failed -> {}
      }
    }
    boolean answerable =
        leave.exit() instanceof Exit.MapGpaRange || leave.exit() instanceof Exit.Unshare;
    return new Decided.Left(leave.exit(), unfinished(leave.pending(), answerable));
  }

  private static Unfinished unfinished(Pending pending, boolean answerable) {
    if (pending instanceof Pending.Forgotten forgotten) {
      return new Unfinished.Forgotten(forgotten.found());
    }
    return pending.equals(Pending.NONE)
        ? Unfinished.NOTHING
        : new Unfinished.Decision(pending, answerable);
  }

  private Step afterConversion(KvmSeat seat, Step.Convert convert) {
    vm.requests().overtake(id, convert.range(), convert.target());
    ConversionOutcome outcome =
        vm.backing()
            .convert(
                convert.range(),
                convert.target(),
                () -> vm.requests().stands(id),
                frames -> vm.framesConverted(id, frames, convert.target()));
    return Answered.by(
        vm.policy(), "onConverted", seat.onConverted(view.get(), convert.pending(), outcome));
  }

  private Step afterFlip(KvmSeat seat, Step.Flip flip) {
    ConversionOutcome outcome =
        vm.backing()
            .flip(
                flip.range(),
                flip.target(),
                frames -> vm.framesConverted(id, frames, flip.target()));
    if (vm.kernel().isHeard()) {
      vm.emit(new RoadEvent.PagesFlipped(id, flip.range(), flip.target()));
    }
    return Answered.by(
        vm.policy(), "onConverted", seat.onConverted(view.get(), flip.pending(), outcome));
  }

  private Step afterPin(Step.Pin pin) {
    Pin taken = vm.backing().pin(pin.page(), pin.holder());
    if (taken == null) {
      return pin.otherwise();
    }
    pins.add(taken);
    return pin.then();
  }

  /** Forgets the request under way and drops what the kernel holds for it. */
  void forget() {
    vm.requestCompleted(id);
    pins.forEach(Pin::close);
    pins.clear();
  }
}
