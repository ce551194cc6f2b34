package io.github.gmem4j.testkit.contract;

import io.github.gmem4j.api.guest.GuestCall;
import io.github.gmem4j.api.memory.ConversionOutcome;
import io.github.gmem4j.api.memory.Shareability;
import io.github.gmem4j.api.policy.GuestFault;
import io.github.gmem4j.api.policy.KvmSeat;
import io.github.gmem4j.api.policy.Pending;
import io.github.gmem4j.api.policy.Step;
import io.github.gmem4j.api.policy.VcpuView;
import io.github.gmem4j.api.vm.Reply;
import io.github.gmem4j.testkit.asserting.Steps;
import io.github.gmem4j.testkit.value.GuestFaults;
import io.github.gmem4j.testkit.value.Outcomes;
import io.github.gmem4j.testkit.value.Replies;
import io.github.gmem4j.testkit.world.GuestWorld;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Asks a KVM seat everything that can follow from some calls and faults, to a limit. */
final class KvmExploration {
  /**
   * One decision.
   *
   * @param view of which vCPU
   * @param about what was decided about, for messages
   * @param step the decision
   */
  record Decision(VcpuView view, String about, Step step) {}

  /** Something that the seat remembers and will be asked about again. */
  private record Place(VcpuView view, Step last, Origin kind) {}

  /** What a decision follows from. */
  private enum Origin {
    CALL,
    FAULT
  }

  private static final int MOST_PLACES = 1500;

  private final KvmSeat seat;
  private final List<Decision> ofCalls = new ArrayList<>();
  private final List<Decision> ofFaults = new ArrayList<>();
  private final Set<Place> seen = new HashSet<>();
  private final Deque<Place> open = new ArrayDeque<>();

  private KvmExploration(KvmSeat seat) {
    this.seat = seat;
  }

  static KvmExploration of(KvmSeat seat, Collection<GuestCall> calls, List<VcpuView> views) {
    KvmExploration exploration = new KvmExploration(seat);
    for (VcpuView view : views) {
      for (GuestCall call : calls) {
        exploration.note(Origin.CALL, view, "onCall(" + call + ")", seat.onCall(view, call));
      }
      for (GuestFault fault : GuestFaults.ofEachCause(GuestWorld.gfn(0))) {
        // An offset says that the kernel tried a conversion, which is for the seat to have asked.
        if (fault.errorOffset().isEmpty()) {
          exploration.note(Origin.FAULT, view, fault.toString(), seat.onFault(view, fault));
        }
      }
    }
    exploration.follow();
    return exploration;
  }

  /** Returns what was decided about calls, and about what followed from them. */
  List<Decision> decisions() {
    return List.copyOf(ofCalls);
  }

  /** Returns what was decided about faults, and about what followed from them. */
  List<Decision> decisionsOfFaults() {
    return List.copyOf(ofFaults);
  }

  /** Returns all decisions. */
  List<Decision> all() {
    List<Decision> all = new ArrayList<>(ofCalls);
    all.addAll(ofFaults);
    return all;
  }

  private void note(Origin kind, VcpuView view, String about, Step step) {
    (kind == Origin.CALL ? ofCalls : ofFaults).add(new Decision(view, about, step));
    for (Step last : Steps.lastOf(step)) {
      Place place = new Place(view, last, kind);
      if (seen.size() < MOST_PLACES && seen.add(place)) {
        open.add(place);
      }
    }
    for (Step.Withhold withhold : Steps.withholdingsOf(step)) {
      GuestFault touch = GuestFault.withheld(withhold.range().start().gfn(), withhold.mark());
      Step marked =
          new Step.Withhold(withhold.range(), withhold.from(), withhold.mark(), Step.RESUME);
      Place place = new Place(view, marked, Origin.FAULT);
      if (seen.add(place)) {
        note(Origin.FAULT, view, touch.toString(), seat.onFault(view, touch));
      }
    }
  }

  private void follow() {
    while (!open.isEmpty()) {
      Place place = open.remove();
      Origin kind = place.kind();
      switch (place.last()) {
        case Step.Leave leave -> reenter(kind, place.view(), leave.pending());
        case Step.Fail fail -> reenter(kind, place.view(), fail.pending());
        case Step.Convert convert ->
            converted(kind, place.view(), convert.pending(), convert.target());
        case Step.Flip flip -> converted(kind, place.view(), flip.pending(), flip.target());
        default -> {}
      }
    }
  }

  private void reenter(Origin kind, VcpuView view, Pending pending) {
    if (!Steps.asksSeat(pending)) {
      return;
    }
    for (Reply reply : Replies.ofEachKind()) {
      note(
          kind,
          view,
          "onReentry(" + pending + ", " + reply + ")",
          seat.onReentry(view, pending, reply));
    }
  }

  private void converted(Origin kind, VcpuView view, Pending pending, Shareability target) {
    for (ConversionOutcome outcome : Outcomes.ofEachKind(target)) {
      note(
          kind,
          view,
          "onConverted(" + pending + ", " + outcome + ")",
          seat.onConverted(view, pending, outcome));
    }
  }
}
